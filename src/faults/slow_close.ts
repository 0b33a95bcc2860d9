/**
 * Slow close: whoever ends a connection, the other side hears of it late. Sessions of instances that have long gone go on
 * holding their locks; and an instance goes on waiting on a connection that the store has long ended.
 *
 * Only the end is late, not what was said before it: a store that was told to end the session (Postgres's Terminate) does
 * so at once, and it is the news of that which comes late. What is still waiting when the fault heals is ended then.
 */

import fc from "fast-check";
import type { Evidence, Fault, Link, Target, Traffic } from "../core/fault.ts";

/** How late the end of a connection arrives, in ms. */
export interface SlowCloseSeverity {
  readonly closeMs: number;
}

/** Less than this cannot be told from a busy machine, so it could not be confirmed. */
const closeMsMin = 20;

/** A close that is later than the window is let go by the heal, and shows nothing. */
const closeMsMax = 120;

/** Drawn more often: Redis ends a connection when it hears of its end and not before, and the news of that is late again. */
const shortCloseMsMax = 60;

/** The wire's clock and Toxiproxy's start at slightly different moments of the same end. */
const toleranceMs = 1;

/** How often the server is asked for sessions whose instance is gone, in ms. */
const lookEveryMs = 10;

/** Delays the end of connections, in both directions. */
export const slowClose: Fault<SlowCloseSeverity> = {
  name: "slow_close",
  story: "When one side ends a connection, the other side hears of it late",
  severity: fc.record({
    closeMs: fc.oneof(
      { weight: 2, arbitrary: fc.integer({ min: closeMsMin, max: shortCloseMsMax }) },
      { weight: 1, arbitrary: fc.integer({ min: closeMsMin, max: closeMsMax }) },
    ),
  }, { noNullPrototype: true }),
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
    const orphans = undo.use(new Orphans(target));
    const cure = undo.move();
    return {
      evidence: () => evidenceOf(watches.map((watch) => watch.traffic()), orphans.longestMs, closeMs),
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

/**
 * Sessions that the server still has although their instance has ended them: the only trace of a connection that was
 * dropped with a reset, for then the wire sees nothing more of it. Of Postgres alone: Redis does not say which connection is whose.
 */
class Orphans implements AsyncDisposable {
  /** For how long, in ms, a session was seen to outlive its instance's end. */
  longestMs = -1;
  readonly #over = new AbortController();
  readonly #looking: Promise<void>;

  constructor(target: Target) {
    this.#looking = this.#look(target, AbortSignal.any([target.signal, this.#over.signal]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#looking;
  }

  async #look(target: Target, signal: AbortSignal): Promise<void> {
    if (target.service !== "postgres") return;
    const { sessions, sql } = target;
    const seen = new Set<number>();
    const endedAtMs = new Map<number, number>();
    while (!signal.aborted) {
      const open = new Set(await sessions());
      for (const pid of open) seen.add(pid);
      for (const pid of seen) if (!open.has(pid) && !endedAtMs.has(pid)) endedAtMs.set(pid, performance.now());
      if (endedAtMs.size > 0) {
        const left = await sql<{ pid: number }[]>`
          select pid from pg_stat_activity where pid = any(${`{${[...endedAtMs.keys()].join(",")}}`}::int[])`;
        for (const { pid } of left) this.longestMs = Math.max(this.longestMs, performance.now() - endedAtMs.get(pid)!);
      }
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  }
}

function evidenceOf(traffic: readonly Traffic[], orphanMs: number, closeMs: number): Evidence {
  const slowestMs = traffic.reduce((slowest, t) => Math.max(slowest, t.slowestCloseMs ?? -1), orphanMs);
  if (slowestMs < 0) return { confirmed: false, what: "no connection was seen to end" };
  // A session is looked for every few moments, so what was seen of its life is a little short.
  const neededMs = slowestMs === orphanMs ? closeMs - 2 * lookEveryMs : closeMs - toleranceMs;
  return {
    confirmed: slowestMs >= Math.max(neededMs, closeMsMin / 2),
    what: `the slowest end of a connection took ${Math.round(slowestMs)} ms, with ${closeMs} ms added`,
  };
}
