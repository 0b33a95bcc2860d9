/** What a session says about a safeguard that was taken out: was it noticed, by the claim and the property that it names? */

import type { Session } from "./checkout.ts";
import type { NamedRemoval } from "./all_removals.ts";

/** `as expected` or not, and what was seen in a sentence. */
export interface Finding {
  readonly asExpected: boolean;
  readonly seen: string;
}

/** Compares a session without the safeguard with what was expected of it. A red session alone is not enough. */
export function findingOf({ expects }: NamedRemoval, { exitCode, results, output }: Session): Finding {
  const claim = results?.scenarios.find(({ path }) => path === expects.scenario);
  if (!claim) return { asExpected: false, seen: `the session ended with ${exitCode} and without a result: ${output}` };
  const violated = claim.properties.filter(({ verdict }) => verdict === "violated").map(({ name }) => name);
  if ("unnoticedBecause" in expects) {
    const held = exitCode === 0 && claim.verdict === "holds";
    return { asExpected: held, seen: held ? "nothing, as expected" : noticed(violated, claim.why) };
  }
  if (exitCode === 1 && claim.verdict === "violated" && violated.includes(expects.violates)) {
    return { asExpected: true, seen: noticed(violated, "") };
  }
  const seen = violated.length > 0 ? noticed(violated, "") : `${claim.verdict}: ${claim.why}`;
  return { asExpected: false, seen: `${seen} (exit code ${exitCode})` };
}

function noticed(violated: readonly string[], why: string): string {
  return violated.length > 0 ? violated.join(", ") : why;
}
