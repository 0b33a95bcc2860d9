/**
 * Slow close: whoever ends a connection, the other side hears of it late. Sessions of instances that have long gone go on
 * holding their locks; and an instance goes on waiting on a connection that the store has long ended.
 *
 * Only the end is late, not what was said before it: a store that was told to end the session (Postgres's Terminate) does
 * so at once, and it is the news of that which comes late. What is still waiting when the fault heals is ended then.
 */

import fc from "fast-check";
import type { Evidence, Fault, Link, Traffic } from "../core/fault.ts";

/** How late the end of a connection arrives, in ms. */
export interface SlowCloseSeverity {
  readonly closeMs: number;
}

/** Less than this cannot be told from a busy machine, so it could not be confirmed. */
const closeMsMin = 20;

const closeMsMax = 1000;

/** The wire's clock and Toxiproxy's start at slightly different moments of the same end. */
const toleranceMs = 1;

/** Delays the end of connections, in both directions. */
export const slowClose: Fault<SlowCloseSeverity> = {
  name: "slow_close",
  story: "When one side ends a connection, the other side hears of it late",
  severity: fc.record({ closeMs: fc.integer({ min: closeMsMin, max: closeMsMax }) }, { noNullPrototype: true }),
  async inject(target, { closeMs }) {
    await using undo = new AsyncDisposableStack();
    const watches: ReturnType<Link["watch"]>[] = [];
    for (const link of target.links) {
      target.signal.throwIfAborted();
      const attributes = { delay: closeMs };
      undo.use(await link.addToxic({ type: "slow_close", stream: "downstream", attributes }));
      undo.use(await link.addToxic({ type: "slow_close", stream: "upstream", attributes }));
      watches.push(link.watch());
    }
    const cure = undo.move();
    return {
      evidence: () => evidenceOf(watches.map((watch) => watch.traffic()), closeMs),
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

/** What `Traffic` has to say for this fault: longest time between the instance's end of a connection and the store's. */
type Closes = Traffic & { readonly slowestCloseMs?: number | undefined };

function evidenceOf(traffic: readonly Closes[], closeMs: number): Evidence {
  const slowestMs = traffic.reduce((slowest, t) => Math.max(slowest, t.slowestCloseMs ?? -1), -1);
  if (slowestMs < 0) return { confirmed: false, what: "no connection was seen to end" };
  return {
    confirmed: slowestMs >= closeMs - toleranceMs,
    what: `the slowest end of a connection took ${Math.round(slowestMs)} ms, with ${closeMs} ms added`,
  };
}
