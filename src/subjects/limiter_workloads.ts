/**
 * What clients do: more calls at once than they may, at all instances together, of whichever account, and again when the window has
 * moved on. Arbitraries without minimums, so that shrinking finds no floor.
 */

import fc from "fast-check";
import type { Delivery } from "../core/plan.ts";
import { claimTimes, type LimiterCall, oneWindowTimes } from "./limiter.ts";

/** The one call whose conversation is disturbed at every place. */
export const oneCall: LimiterCall = call("k1/c1");

/** A call that was allowed before it. */
export const anEarlierCall: LimiterCall = call("k1/b1");

/** The call that the window still has room for if nothing was disturbed: this one, the one before, and the disturbed one twice. */
export const aLastCall: LimiterCall = call("k1/a1");

/** The waits of an impatient client, in ms; the last one repeats. */
const resendAfterMs = [15, 40, 80, 120];

/** So many calls of one account come to each instance at one moment. */
interface Burst {
  readonly atMs: number;
  readonly account: number;
  readonly calls: readonly number[];
}

/** A call of somebody who calls once, so long after the one before it was answered. */
interface Passing {
  readonly afterMs: number;
  readonly instance: number;
}

/**
 * Bursts of calls of two accounts at all instances together, mostly more than the limit; and others, one after the other, for whom there
 * is always room, so that somebody waits for as long as a fault lasts. From 30 ms on, so that the first faults are there before them.
 */
export function bursts(options: { instances?: number; withinMs?: number } = {}): fc.Arbitrary<Delivery<LimiterCall>[]> {
  const { instances = 3, withinMs = 250 } = options;
  const nearlyAlways = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 1_000_000 });
  const burst: fc.Arbitrary<Burst> = fc.record({
    atMs: fc.nat(withinMs).map((ms) => firstMs + ms),
    account: fc.nat(3).map((n) => n === 3 ? 1 : 0),
    calls: fc.tuple(...Array.from({ length: instances }, () => fc.nat(claimTimes.limit - 1))),
  });
  const passing: fc.Arbitrary<Passing> = fc.record({ afterMs: fc.nat(30), instance: fc.nat(instances - 1) });
  // The first is nearly always there: a run without any delivery shows nothing.
  return fc.record({
    first: nearlyAlways(burst),
    further: fc.array(burst, { maxLength: 6, size: "max" }),
    others: fc.tuple(...Array.from({ length: othersMax }, () => nearlyAlways(passing))),
  }).map(({ first, further, others }) => {
    const calls = [...(first ? [first] : []), ...further].flatMap(({ atMs, account, calls }) =>
      calls.flatMap((count, instance) =>
        Array.from({ length: count }, () => ({ starts: { atMs }, instance, limited: `k${account + 1}` }))
      )
    );
    return deliveriesOf([...inTurn(others.filter((passing) => passing !== null)), ...calls], instances);
  });
}

const firstMs = 30;
const othersMax = 16;

function inTurn(others: readonly Passing[]): Started[] {
  return others.map(({ afterMs, instance }, i) => ({
    starts: i === 0 ? { atMs: firstMs + afterMs } : { afterAckOf: `d${i}`, afterMs },
    instance,
    limited: `p${i + 1}`,
  }));
}

/**
 * Calls of one account at every instance, every few ms for as long as any fault may last: whenever it strikes, each instance is called
 * meanwhile more often than the limit. What is left to chance is not whether, only which.
 */
export function steadily(
  { instances = 3, everyMs = 25, forMs = 600 } = {},
): fc.Arbitrary<Delivery<LimiterCall>[]> {
  const times = Array.from({ length: Math.floor(forMs / everyMs) }, (_, i) => i * everyMs);
  const calls = times.flatMap((atMs) =>
    Array.from({ length: instances }, (_, instance) => ({ starts: { atMs }, instance, limited: "k1" }))
  );
  return fc.constant(deliveriesOf(calls, instances));
}

/**
 * One call begins a window, all others that it has room for come just before its end, and as many as ever may come just after it: who counts
 * by windows that are reset allows nearly twice the limit within a few moments.
 */
export const acrossAWindow: fc.Arbitrary<Delivery<LimiterCall>[]> = (() => {
  const { limit, windowMs } = oneWindowTimes;
  const at = (atMs: number, count: number) =>
    Array.from({ length: count }, (_, n) => ({ starts: { atMs: 30 + atMs }, instance: n % 3, limited: "k1" }));
  return fc.constant(deliveriesOf([...at(0, 1), ...at(0.85 * windowMs, limit - 1), ...at(1.08 * windowMs, limit)], 3));
})();

/** A call of an account, when it comes and to which instance. */
interface Started {
  readonly starts: Delivery["starts"];
  readonly instance: number;
  readonly limited: string;
}

/** Each call is one of its own: over the limit it is refused for good, and out of reach its client comes again, to the next instance. */
function deliveriesOf(calls: readonly Started[], instances: number): Delivery<LimiterCall>[] {
  return calls.map(({ starts, instance, limited }, i) => ({
    id: `d${i + 1}`,
    op: call(`${limited}/c${i + 1}`),
    starts,
    route: Array.from({ length: instances }, (_, n) => (instance + n) % instances),
    resendAfterMs,
  }));
}

function call(key: string): LimiterCall {
  return { key, do: "call", effectless: true };
}
