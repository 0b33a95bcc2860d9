/**
 * Killing a server until the fault heals, whichever store it is. Not a fault, but what `server_killed.ts` and `redis_killed.ts` have in
 * common; a sibling for another store says how a start of its server is told from another.
 */

import { setTimeout as pause } from "node:timers/promises";
import type { Evidence, Injected, Target, Traffic } from "../core/fault.ts";

/** Which start of the server it is that answers; undefined if none does. Comes to an end in time, and does not reject. */
export type StartOf = (target: Target) => Promise<string | undefined>;

/** How long a server that was started again may take until it answers the direct road. */
const answersMsMax = 10_000;

const lookEveryMs = 10;

/** Kills the run's own server, and starts it again on the same data when the fault heals. Rejects if it does not run before. */
export async function killUntilHealed(target: Target, startOf: StartOf): Promise<Injected> {
  target.signal.throwIfAborted();
  const { server } = target;
  if (!server) throw new Error("Cannot kill the server: this run shares it with others");
  const before = await startOf(target);
  if (before === undefined) throw new Error("Cannot kill the server: it does not answer");
  const watches = target.links.map((link) => link.watch());
  await using undo = new AsyncDisposableStack();
  undo.defer(() => untilAnswers(target, startOf));
  undo.defer(() => server.restart());
  await server.kill();
  const cure = undo.move();
  return {
    evidence: async () => evidenceOf(watches.map((watch) => watch.traffic()), before, await startOf(target)),
    [Symbol.asyncDispose]: () => cure.disposeAsync(),
  };
}

/** Waits until the server answers the direct road. Rejects if that takes too long. */
export async function untilAnswers(target: Target, startOf: StartOf): Promise<void> {
  const deadline = performance.now() + answersMsMax;
  while (await startOf(target) === undefined) {
    if (performance.now() > deadline) {
      throw new Error(`Cannot confirm that the server runs again: it did not answer within ${answersMsMax} ms`);
    }
    await pause(lookEveryMs);
  }
}

function evidenceOf(traffic: readonly Traffic[], before: string, now: string | undefined): Evidence {
  if (now === before) return { confirmed: false, what: "the server has been running all the time" };
  const ended = traffic.reduce((sum, t) => sum + t.endedByRoad + t.resets, 0);
  const tried = traffic.reduce((sum, t) => sum + t.opened + t.refused, 0);
  const sent = traffic.reduce((sum, t) => sum + t.bytesUp, 0);
  if (ended + tried + sent === 0) return { confirmed: false, what: "the server was gone, but nothing was on the road" };
  const state = now === undefined ? "the server is gone" : "the server was gone, and is another one now";
  return { confirmed: true, what: `${state}: ${ended} connections ended, ${tried} new ones were tried` };
}
