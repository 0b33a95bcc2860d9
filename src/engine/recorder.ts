/**
 * Records a run: entries in the order of one monotonic clock, up to a stated cap. What the cap cuts off is counted and
 * said; outcomes and effects are never cut off, for verdicts rest on them.
 */

import type { Entry } from "../core/history.ts";

/** Most messages, connections and notes of one run that are kept. */
export const chatterMax = 200_000;

const chatty: ReadonlySet<Entry["type"]> = new Set(["message", "connection", "note"]);

// Omit on a union would merge it; this keeps each member apart.
type Timeless<E> = E extends Entry ? Omit<E, "atMs"> : never;

/** Records one run. */
export class Recorder {
  readonly entries: Entry[] = [];
  readonly #originMs: number;
  #zeroMs = 0;
  #restsSinceMs: number | undefined;
  #restedMs = 0;
  #chatter = 0;
  #dropped = 0;

  constructor() {
    this.#originMs = performance.now();
  }

  /** Ms since the recorder was made, or since time zero once that is set. */
  readonly now = (): number =>
    (this.#restsSinceMs ?? performance.now()) - this.#originMs - this.#zeroMs - this.#restedMs;

  /** The clock stands still until `wake`: the time belongs to another run of the series. */
  rest(): void {
    this.#restsSinceMs ??= performance.now();
  }

  /** The clock goes on. */
  wake(): void {
    if (this.#restsSinceMs === undefined) return;
    this.#restedMs += performance.now() - this.#restsSinceMs;
    this.#restsSinceMs = undefined;
  }

  /** Time zero is now; what was recorded before gets negative times. */
  zero(): void {
    const shift = this.now();
    for (const entry of this.entries) (entry as { atMs: number }).atMs = rounded(entry.atMs - shift);
    this.#zeroMs += shift;
  }

  /** Records an entry as of now. */
  add(entry: Timeless<Entry>): void {
    this.put({ atMs: this.now(), ...entry } as Entry);
  }

  /** Records an entry that has its time. */
  put(entry: Entry): void {
    if (chatty.has(entry.type) && ++this.#chatter > chatterMax) {
      this.#dropped++;
      return;
    }
    (entry as { atMs: number }).atMs = rounded(entry.atMs);
    this.entries.push(entry);
  }

  /** Says what was dropped, if anything. */
  close(): void {
    if (this.#dropped > 0) this.add({ type: "dropped", what: "messages, connections and notes", count: this.#dropped });
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
