/**
 * A claim that lives for a day: the key that says "somebody is at it" is set for as long as the one that says "it is done", and does not
 * say who. Met as `SET task 1 NX EX 86400`, with which most checkers begin, and end.
 *
 * What goes wrong: a worker that dies at work, or never hears that its claim was granted, leaves the task claimed until tomorrow. Each
 * attempt meanwhile, its own next one too, is told that somebody is at it, and nobody is.
 */

import { randomUUID } from "node:crypto";
import type { Idempotency, IdempotencyOptions } from "../idempotency/mod.ts";
import { openIdempotencyTwin } from "./idempotency_twin.ts";

const dayMs = 24 * 3_600_000;

/** Opens the twin whose claims last as long as its memory, and know nobody again. */
export function openClaimThatLivesForADay(options: IdempotencyOptions): Promise<Idempotency> {
  return openIdempotencyTwin(options, (run) => (script, keys, args) => {
    if (script.name !== "claim") return run(script, keys, args);
    const [, fingerprint = ""] = args;
    return run(script, keys, [randomUUID(), fingerprint, dayMs, dayMs]);
  });
}
