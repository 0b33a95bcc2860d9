/**
 * `deno task safeguards`: is each safeguard of the reference needed? Takes them out one after the other in a copy of the
 * checkout, runs the claim that rests on each, and expects the violation that `docs/safeguards.md` names. First of all the
 * same claims are run with nothing taken out, for a claim that is red anyway proves nothing.
 *
 *     deno task safeguards [words...]     only the removals whose name holds one of the words
 *     deno task safeguards --write        writes docs/safeguards.md, and runs nothing
 *
 * Ends with 0 if each was noticed as expected, 1 if one was not, 2 if a claim does not hold as it is, 64 for wrong usage, and
 * 130 if interrupted.
 */

import { allRemovals, type NamedRemoval } from "./safeguards/all_removals.ts";
import { Checkout } from "./safeguards/checkout.ts";
import { currentPage, pageUrl } from "./safeguards/page.ts";
import { findingOf } from "./safeguards/taken_out.ts";

const seedMax = 1_000_000;

async function trial(removals: readonly NamedRemoval[], seed: number, signal: AbortSignal): Promise<number> {
  await using checkout = await Checkout.copy();
  const scenarios = [...new Set(removals.map(({ expects }) => expects.scenario))].sort();
  console.log(`${removals.length} safeguards, ${scenarios.length} claims, seed ${seed}`);
  const whole = await checkout.run({ scenarios, seed, signal });
  console.log(
    `${whole.exitCode === 0 ? "✓" : "✗"} nothing taken out: exit code ${whole.exitCode}, ${inSeconds(whole)}`,
  );
  if (signal.aborted) return 130;
  if (whole.exitCode !== 0) {
    console.log(whole.output);
    return 2;
  }
  let unexpected = 0;
  for (const removal of removals) {
    if (signal.aborted) return 130;
    await using _ = await checkout.edit(removal.edits);
    const session = await checkout.run({ scenarios: [removal.expects.scenario], seed, signal });
    const { asExpected, seen } = findingOf(removal, session);
    if (!asExpected) unexpected++;
    console.log(
      `${asExpected ? "✓" : "✗"} ${removal.name}: ${removal.expects.scenario}: ${seen}, ${inSeconds(session)}`,
    );
  }
  console.log(`${removals.length - unexpected} as expected, ${unexpected} not`);
  return unexpected === 0 ? 0 : 1;
}

function inSeconds({ seconds }: { readonly seconds: number }): string {
  return `${seconds.toFixed(1)} s`;
}

/** By default those that a claim notices: the others were looked at once, and cost a whole scenario each. */
function chosen(all: readonly NamedRemoval[], words: readonly string[]): readonly NamedRemoval[] {
  if (words.length === 0) return all.filter(({ expects }) => "violates" in expects);
  return all.filter(({ name }) => words.some((word) => name.includes(word)));
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--write")) {
    await Deno.writeTextFile(pageUrl, await currentPage());
    console.log("Wrote docs/safeguards.md");
    return 0;
  }
  const removals = chosen(await allRemovals(), args);
  if (removals.length === 0) {
    console.error(`No removal's name holds ${args.join(" or ")}: see src/testing/safeguards/removals`);
    return 64;
  }
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(name, () => stop.abort());
  return await trial(removals, Math.floor(Math.random() * seedMax), stop.signal);
}

Deno.exit(await main(Deno.args));
