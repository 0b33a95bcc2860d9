/**
 * What an error of the claim itself means. Two of them are answers: a lock that did not come in time says that another
 * delivery of the event is in work, and a missing constraint says that nothing may be claimed at all. All others stay
 * errors, for an error that is answered "duplicate" loses the event, and one that is answered "first" doubles it.
 */

import { codeOf, MissingConstraint } from "../errors.ts";
import { uniqueStatement } from "./constraint.ts";
import type { Busy } from "./verdict.ts";

/** Gives "busy" for a lock that did not come in time; throws everything else. */
export function refusalOf(error: unknown, retryAfterMs: number): Busy {
  const code = codeOf(error instanceof Error ? error.cause : undefined) ?? codeOf(error);
  if (code === "55P03") return { verdict: "busy", retryAfterMs };
  if (code !== "42P10") throw error;
  throw new MissingConstraint("Cannot claim: the unique constraint is gone", uniqueStatement, error);
}
