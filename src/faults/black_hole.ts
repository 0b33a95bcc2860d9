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
      watches.push(link.watch());
      undo.use(await link.addToxic({ type: "timeout", stream: "downstream", attributes: { timeout: 0 } }));
      if (swallows === "everything") {
        undo.use(await link.addToxic({ type: "timeout", stream: "upstream", attributes: { timeout: 0 } }));
      }
    }
    await pause(settleMs, undefined, { signal: target.signal });
    const stragglers = watches.map((watch) => watch.traffic().bytesDown);
    const cure = undo.move();
    return {
      async evidence() {
        const before = watches.map((watch) => watch.traffic());
        await pause(settleMs);
        return evidenceOf(before.map((asked, link) => {
          const traffic = watches[link]!.traffic();
          const waits = asked.unanswered > 0 && traffic.unanswered > 0;
          return { waits, sentBytes: asked.bytesUp, traffic, cameBytes: traffic.bytesDown - stragglers[link]! };
        }));
      },
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

/** One link in the hole. */
interface Swallowed {
  /** A request had no answer before the last look, and has none now. */
  readonly waits: boolean;
  /** Bytes that were sent early enough to be answered. */
  readonly sentBytes: number;
  /** Bytes that came back although nothing should. */
  readonly cameBytes: number;
  readonly traffic: Traffic;
}

function evidenceOf(links: readonly Swallowed[]): Evidence {
  // Where not even a straggler came there is no need to know where a request ends.
  const hole = links.find(({ waits, sentBytes, cameBytes, traffic }) =>
    cameBytes === 0 && (waits || (sentBytes > 0 && traffic.bytesDown === 0))
  );
  if (hole) {
    const what = `${hole.traffic.unanswered} requests and ${hole.sentBytes} bytes were sent, and no byte came back`;
    return { confirmed: true, what };
  }
  if (links.every(({ waits, sentBytes }) => !waits && sentBytes === 0)) {
    return { confirmed: false, what: "nothing was on the road" };
  }
  const cameBytes = links.reduce((sum, link) => sum + link.cameBytes, 0);
  return { confirmed: false, what: cameBytes > 0 ? `${cameBytes} bytes came back` : "every request was answered" };
}
