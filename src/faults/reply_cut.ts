/**
 * Reply cut: a connection ends after so many bytes of what the store answers, and the rest never arrives.
 *
 * Toxiproxy's `limit_data` counts on each connection from the moment at which it was put in place (a new connection: from
 * its start), so one that reconnects is cut again and again until the fault heals. With 0 bytes the request is done and
 * its reply is lost as a whole: the cheapest way to leave an instance not knowing. The sibling that loses requests is
 * `request_cut.ts`.
 */

import fc from "fast-check";
import type { Evidence, Fault, Link, Traffic } from "../core/fault.ts";

/** Bytes of replies that still pass on each connection. */
export interface ReplyCutSeverity {
  readonly passBytes: number;
}

/** About as much as Postgres answers a connect with; much more would often not be reached before the fault heals. */
const passBytesMax = 160;

/** Drawn more often: Redis answers with some 4 or 5 bytes, and seldom comes to more than this while the fault is in place. */
const fewBytesMax = 24;

/** Ends each connection after so many bytes of replies. */
export const replyCut: Fault<ReplyCutSeverity> = {
  name: "reply_cut",
  story: "Connections end in the middle of what the store answers",
  severity: fc.record({
    passBytes: fc.oneof({ weight: 2, arbitrary: fc.nat(fewBytesMax) }, { weight: 1, arbitrary: fc.nat(passBytesMax) }),
  }, { noNullPrototype: true }),
  async inject(target, { passBytes }) {
    await using undo = new AsyncDisposableStack();
    const watches: ReturnType<Link["watch"]>[] = [];
    for (const link of target.links) {
      target.signal.throwIfAborted();
      watches.push(link.watch());
      undo.use(await link.addToxic({ type: "limit_data", stream: "downstream", attributes: { bytes: passBytes } }));
    }
    const cure = undo.move();
    return {
      evidence: () => evidenceOf(watches.map((watch) => watch.traffic()), passBytes),
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

/** An end counts only on a link on which so many bytes came: others end connections too. */
function evidenceOf(traffic: readonly Traffic[], passBytes: number): Evidence {
  const cut = traffic.filter((t) => t.endedByRoad + t.resets > 0 && t.bytesDown >= passBytes);
  const ended = cut.reduce((sum, t) => sum + t.endedByRoad + t.resets, 0);
  const came = traffic.reduce((sum, t) => sum + t.bytesDown, 0);
  const sent = traffic.reduce((sum, t) => sum + t.bytesUp, 0);
  if (sent + came + ended === 0) return { confirmed: false, what: "nothing was on the road" };
  const what = `${ended} connections were cut; ${came} bytes came, ${passBytes} may pass on each`;
  return { confirmed: ended > 0, what };
}
