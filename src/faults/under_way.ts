/**
 * How evidence waits for what is under way when it is asked for: a fault that strikes at one message and heals at once is asked for its evidence
 * while that message is still on the road. Not a fault, but what those have in common that show in the answers.
 */

import { setTimeout as pause } from "node:timers/promises";
import type { Evidence, Traffic } from "../core/fault.ts";

/** How long an answer that is under way is waited for, in ms: much longer than it takes where nothing holds it up. */
const underWayMs = 50;

const lookEveryMs = 2;

/** The evidence, once it confirms, or nothing is under way any more, or that takes too long. */
export async function onceAnswered(
  watches: readonly { traffic(): Traffic }[],
  look: () => Promise<Evidence>,
): Promise<Evidence> {
  const deadline = performance.now() + underWayMs;
  while (true) {
    // Before the look: an answer that comes in between is seen by it.
    const waits = watches.some((watch) => watch.traffic().unanswered > 0);
    const evidence = await look();
    if (evidence.confirmed || !waits || performance.now() > deadline) return evidence;
    await pause(lookEveryMs);
  }
}
