/**
 * Jitter: replies arrive late, and by another time every few moments.
 *
 * Toxiproxy can draw a latency for each chunk, but from dice without a seed, and its toxics belong to a proxy and not to a
 * connection. So this is a sequence of exact latencies: each stays in place until a reply has met it whole, or for as long as
 * it lasts itself plus `holdMs`; then the next one takes over, round and round until the fault heals. The plan holds the sequence; which message meets
 * which latency is left to time. What is under way when the latency changes is let go by the new one, never dropped.
 */

import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import type { Evidence, Fault, Link, Traffic } from "../core/fault.ts";

/** The latencies of replies in ms, in the order in which they are put in place. */
export interface JitterSeverity {
  readonly repliesMs: readonly number[];
}

const repliesMsMax = 25;

/** How long each latency stays in place on top of its own length if no reply meets it. */
const holdMs = 60;

const lookEveryMs = 3;

/** The wire's clock and Toxiproxy's start at slightly different moments of the same message. */
const toleranceMs = 1;

/** Changes the latency of replies over time, in the order that the plan holds. */
export const jitter: Fault<JitterSeverity> = {
  name: "jitter",
  story: "Replies arrive late, by a time that changes every few moments",
  severity: fc.record({
    repliesMs: fc.uniqueArray(fc.integer({ min: 0, max: repliesMsMax }), { minLength: 2, maxLength: 6 }),
  }, { noNullPrototype: true }),
  async inject(target, { repliesMs }) {
    await using undo = new AsyncDisposableStack();
    const roads: ChangingLatency[] = [];
    for (const link of target.links) {
      target.signal.throwIfAborted();
      const road = undo.use(new ChangingLatency(link, repliesMs));
      await road.begin(target.signal);
      roads.push(road);
    }
    const cure = undo.move();
    return {
      evidence: () => evidenceOf(roads),
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

/** One link, whose latency takes turns. */
class ChangingLatency implements AsyncDisposable {
  /** Latencies, in ms, that a reply was seen to meet. */
  readonly met = new Set<number>();
  readonly #whole: { traffic(): Traffic };
  readonly #over = new AbortController();
  /** Two for a moment, while one takes over from the other. */
  readonly #inPlace = new Set<AsyncDisposable>();
  #turn = { latencyMs: 0, watch: undefined as { traffic(): Traffic } | undefined };
  #changing: Promise<void> = Promise.resolve();
  #failed: unknown;

  constructor(private readonly link: Link, private readonly repliesMs: readonly number[]) {
    this.#whole = link.watch();
  }

  /** Puts the first latency in place, and the others after it until it is disposed or aborted. */
  async begin(signal: AbortSignal): Promise<void> {
    await this.#put(this.repliesMs[0]!);
    this.#changing = this.#change(AbortSignal.any([signal, this.#over.signal])).catch((failure: unknown) => {
      this.#failed = failure; // told by `what`; disposing tries again to take away what is left
    });
  }

  get passed(): boolean {
    const { bytesUp, bytesDown } = this.#whole.traffic();
    return bytesUp + bytesDown > 0;
  }

  /** Why it no longer changes, for the evidence. */
  get stopped(): string {
    return this.#failed === undefined ? "" : `; it stopped changing: ${this.#failed}`;
  }

  /** Notes whether a reply met the latency that is in place, and says so. */
  look(): boolean {
    const { latencyMs, watch } = this.#turn;
    const slowestMs = watch?.traffic().slowestReplyMs;
    const isMet = slowestMs !== undefined && slowestMs >= latencyMs - toleranceMs;
    if (isMet) this.met.add(latencyMs);
    return isMet;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#changing;
    await using left = new AsyncDisposableStack();
    for (const toxic of this.#inPlace) left.use(toxic);
  }

  async #change(signal: AbortSignal): Promise<void> {
    for (let turn = 1; await this.#lasts(signal); turn++) {
      const [before] = this.#inPlace;
      // The next one is there before this one goes: so that nothing slips through between the two.
      await this.#put(this.repliesMs[turn % this.repliesMs.length]!);
      await before![Symbol.asyncDispose]();
      this.#inPlace.delete(before!);
    }
  }

  /** Waits until the latency that is in place has been met, or had its time; gives false as soon as it is aborted. */
  async #lasts(signal: AbortSignal): Promise<boolean> {
    const untilMs = performance.now() + this.#turn.latencyMs + holdMs;
    while (performance.now() < untilMs && !this.look()) {
      if (!await passes(lookEveryMs, signal)) return false;
    }
    return !signal.aborted;
  }

  async #put(latencyMs: number): Promise<void> {
    const attributes = { latency: latencyMs, jitter: 0 };
    this.#inPlace.add(await this.link.addToxic({ type: "latency", stream: "downstream", attributes }));
    this.#turn = { latencyMs, watch: this.link.watch() };
  }
}

/** Waits; gives false as soon as it is aborted. */
async function passes(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await pause(ms, undefined, { signal });
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === "AbortError") return false;
    throw thrown;
  }
}

function evidenceOf(roads: readonly ChangingLatency[]): Evidence {
  for (const road of roads) road.look();
  const stopped = roads.map((road) => road.stopped).join("");
  if (!roads.some((road) => road.passed)) return { confirmed: false, what: `nothing was on the road${stopped}` };
  // Over all roads: two connections with different latencies at one moment are jitter as well.
  const met = [...new Set(roads.flatMap((road) => [...road.met]))];
  if (met.length < 2) return { confirmed: false, what: `replies met ${met.length} of the latencies${stopped}` };
  return { confirmed: true, what: `replies took at least ${met.join(", ")} ms, in turns${stopped}` };
}
