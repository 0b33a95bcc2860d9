/**
 * Black hole: connections stay open and can be made, and whatever is sent on them is lost. Nobody is told: only a deadline
 * of one's own helps.
 *
 * Toxiproxy's `timeout` with a time of 0 takes the bytes and drops them. A conversation with bytes missing cannot go on,
 * so taking the toxic away ends every connection that it was on: this heals into broken connections, not into a pause.
 */

import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import type { Evidence, Fault, Link, Traffic } from "../core/fault.ts";

/** What is lost: everything, so that no request is done; or replies alone, so that requests are done and nobody hears of it. */
export interface BlackHoleSeverity {
  readonly swallows: "everything" | "replies";
}

/** Time for what Toxiproxy let go before the hole opened to arrive, and for the reply to a request that was just sent. */
const settleMs = 15;

/** Loses what is sent, while connections stay open. */
export const blackHole: Fault<BlackHoleSeverity> = {
  name: "black_hole",
  story: "Connections stay open, and what is sent on them never arrives",
  severity: fc.record({ swallows: fc.constantFrom("everything" as const, "replies" as const) }, {
    noNullPrototype: true,
  }),
  async inject(target, { swallows }) {
    await using undo = new AsyncDisposableStack();
    const watches: ReturnType<Link["watch"]>[] = [];
    for (const link of target.links) {
      target.signal.throwIfAborted();
      undo.use(await link.addToxic({ type: "timeout", stream: "downstream", attributes: { timeout: 0 } }));
      if (swallows === "everything") {
        undo.use(await link.addToxic({ type: "timeout", stream: "upstream", attributes: { timeout: 0 } }));
      }
      watches.push(link.watch());
    }
    await pause(settleMs, undefined, { signal: target.signal });
    const stragglers = watches.map((watch) => watch.traffic().bytesDown);
    const cure = undo.move();
    return {
      async evidence() {
        const sent = watches.map((watch) => watch.traffic().bytesUp);
        await pause(settleMs);
        return evidenceOf(
          watches.map((watch, link) => {
            const traffic = watch.traffic();
            return { traffic, sentBytes: sent[link]!, cameBytes: traffic.bytesDown - stragglers[link]! };
          }),
        );
      },
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

/** One link: bytes that were sent early enough to be answered, and bytes that came back although nothing should. */
interface Swallowed {
  readonly traffic: Traffic;
  readonly sentBytes: number;
  readonly cameBytes: number;
}

function evidenceOf(links: readonly Swallowed[]): Evidence {
  if (links.every(({ sentBytes }) => sentBytes === 0)) return { confirmed: false, what: "nothing was on the road" };
  const leak = links.find(({ cameBytes }) => cameBytes > 0);
  const hole = links.find(({ traffic, sentBytes, cameBytes }) =>
    // Where not even a straggler came there is no need to know where a request ends.
    sentBytes > 0 && cameBytes === 0 && (traffic.unanswered > 0 || traffic.bytesDown === 0)
  );
  if (hole) return { confirmed: true, what: `${hole.sentBytes} bytes were sent, and no byte came back` };
  return { confirmed: false, what: leak ? `${leak.cameBytes} bytes came back` : "every request was answered" };
}
