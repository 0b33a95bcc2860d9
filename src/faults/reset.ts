/**
 * Reset: connections break off as soon as one side says something, and what it said is lost.
 *
 * Toxiproxy's `reset_peer` sends a reset (RST) on connections that were opened after it was put in place. On those that
 * were open before, it can only end them in order (FIN): there the instance sees a closed connection instead. A request
 * that is lost was never done; a reply that is lost leaves the instance not knowing.
 */

import fc from "fast-check";
import type { Evidence, Fault, Link, Traffic } from "../core/fault.ts";

/** Which message breaks the connection off, and is lost. */
export interface ResetSeverity {
  readonly at: "request" | "reply";
}

/** Breaks connections off at their next request or reply. */
export const reset: Fault<ResetSeverity> = {
  name: "reset",
  story: "Connections break off as soon as a message is on the road",
  severity: fc.record({ at: fc.constantFrom("request" as const, "reply" as const) }, { noNullPrototype: true }),
  async inject(target, { at }) {
    await using undo = new AsyncDisposableStack();
    const watches: ReturnType<Link["watch"]>[] = [];
    for (const link of target.links) {
      target.signal.throwIfAborted();
      watches.push(link.watch());
      const stream = at === "request" ? "upstream" : "downstream";
      undo.use(await link.addToxic({ type: "reset_peer", stream, attributes: { timeout: 0 } }));
    }
    const cure = undo.move();
    return {
      evidence: () => evidenceOf(watches.map((watch) => watch.traffic())),
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

function evidenceOf(traffic: readonly Traffic[]): Evidence {
  const ended = traffic.reduce((sum, t) => sum + t.endedByRoad, 0);
  const resets = traffic.reduce((sum, t) => sum + t.resets, 0);
  if (ended + resets > 0) {
    return { confirmed: true, what: `connections broke off: ${resets} by a reset, ${ended} in order` };
  }
  const passed = traffic.some((t) => t.bytesUp + t.bytesDown > 0);
  return { confirmed: false, what: passed ? "no connection broke off" : "nothing was on the road" };
}
