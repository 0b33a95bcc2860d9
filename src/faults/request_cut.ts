/**
 * Request cut: a connection ends after so many bytes of what the instance sends, and the rest never arrives.
 *
 * Toxiproxy's `limit_data` counts on each connection from the moment at which it was put in place (a new connection: from
 * its start), so one that reconnects is cut again and again until the fault heals. With 0 bytes the next request is lost
 * as a whole. Cuts at one exact place of a conversation are the wire's, not this fault's: here races decide what else
 * still gets through. The sibling that loses replies is `reply_cut.ts`.
 */

import fc from "fast-check";
import type { Evidence, Fault, Link, Traffic } from "../core/fault.ts";

/** Bytes of requests that still pass on each connection. */
export interface RequestCutSeverity {
  readonly passBytes: number;
}

/** About as much as a typical transaction sends; much more would often not be reached before the fault heals. */
const passBytesMax = 160;

/** Ends each connection after so many bytes of requests. */
export const requestCut: Fault<RequestCutSeverity> = {
  name: "request_cut",
  story: "Connections end in the middle of what the instance sends",
  severity: fc.record({ passBytes: fc.integer({ min: 0, max: passBytesMax }) }, { noNullPrototype: true }),
  async inject(target, { passBytes }) {
    await using undo = new AsyncDisposableStack();
    const watches: ReturnType<Link["watch"]>[] = [];
    for (const link of target.links) {
      target.signal.throwIfAborted();
      watches.push(link.watch());
      undo.use(await link.addToxic({ type: "limit_data", stream: "upstream", attributes: { bytes: passBytes } }));
    }
    const cure = undo.move();
    return {
      evidence: () => evidenceOf(watches.map((watch) => watch.traffic()), passBytes),
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

/** An end counts only on a link on which so many bytes were sent: others end connections too. */
function evidenceOf(traffic: readonly Traffic[], passBytes: number): Evidence {
  const cut = traffic.filter((t) => t.endedByRoad + t.resets > 0 && t.bytesUp >= passBytes);
  const ended = cut.reduce((sum, t) => sum + t.endedByRoad + t.resets, 0);
  const sent = traffic.reduce((sum, t) => sum + t.bytesUp, 0);
  if (sent + ended === 0) return { confirmed: false, what: "nothing was on the road" };
  const what = `${ended} connections were cut; ${sent} bytes were sent, ${passBytes} may pass on each`;
  return { confirmed: ended > 0, what };
}
