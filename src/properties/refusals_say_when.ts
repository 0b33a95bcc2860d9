/**
 * Who is told to come again is also told when: by way of HTTP, each 409, 429 and 503 has a Retry-After.
 *
 * Reads the testimony `status` of the instance: `{status, waits}`, where `waits` says whether the header was there. A sibling
 * judges another thing that an answer owes to whoever asked.
 */

import type { Property } from "../core/property.ts";
import { holds, violated } from "../core/verdict.ts";

/** The answers of HTTP after which the same request may well succeed. */
const comeAgain: readonly unknown[] = [409, 429, 503];

/** Violated by such an answer without Retry-After. Examines those answers. */
export const refusalsSayWhen: Property = {
  name: "refusals_say_when",
  claim: "Whoever is told to come again is told when",
  kind: "safety",
  check(history) {
    let examined = 0;
    for (const note of history.notes) {
      const { status, waits } = (note.data ?? {}) as { status?: unknown; waits?: unknown };
      if (note.kind !== "status" || !comeAgain.includes(status)) continue;
      examined++;
      if (waits === true) continue;
      const because = `${note.operation ?? "a request"} was answered ${status}, and not told when to come again`;
      return violated(examined, because, [note.index]);
    }
    return holds(examined, "nobody was told to come again");
  },
};
