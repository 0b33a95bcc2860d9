/**
 * Refused: nobody listens any more. Open connections end, and new ones are refused at once.
 *
 * The proxy is disabled, and the wire closes its own listener for as long, so that a refusal is a refusal (a relay that
 * accepts and then closes looks like another fault). There is nothing to grade: the severity is always the same.
 */

import fc from "fast-check";
import type { Evidence, Fault, Link, Traffic } from "../core/fault.ts";

/** Refuses new connections and ends the open ones. */
export const refused: Fault<Record<string, never>> = {
  name: "refused",
  story: "Open connections end, and new ones are refused",
  severity: fc.constant({}),
  async inject(target) {
    await using undo = new AsyncDisposableStack();
    const watches: ReturnType<Link["watch"]>[] = [];
    for (const link of target.links) {
      target.signal.throwIfAborted();
      watches.push(link.watch());
      undo.use(await link.refuse());
    }
    const cure = undo.move();
    return {
      evidence: () => evidenceOf(watches.map((watch) => watch.traffic())),
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

function evidenceOf(traffic: readonly Traffic[]): Evidence {
  const refusals = traffic.reduce((sum, t) => sum + t.refused, 0);
  const ended = traffic.reduce((sum, t) => sum + t.endedByRoad + t.resets, 0);
  // Who is refused while nobody listens leaves no trace on the road: it takes an open connection to tell.
  if (refusals + ended === 0) return { confirmed: false, what: "no connection ended, and none was seen to be refused" };
  return { confirmed: true, what: `${ended} connections were ended, ${refusals} new ones refused` };
}
