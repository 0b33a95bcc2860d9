/**
 * What the store of a correct debouncer does with one conversation: it puts accepted messages into batches. Pure, in the store's own
 * time; the rest of a made history is `made_debouncer.ts`.
 */

/** A message as the store accepted it. */
export interface Stored {
  readonly key: string;
  /** The push that brought it. */
  readonly operation: string;
  readonly atMs: number;
}

/** A batch that is taken; whoever handles it says when it is done. */
export interface MadeBatch {
  readonly atMs: number;
  readonly messages: readonly Stored[];
  readonly full: boolean;
  freeAtMs: number;
}

/** One conversation. */
export class DebouncerStore {
  readonly #promises: { readonly quietMs: number; readonly maxWaitMs: number; readonly batchMax: number };
  readonly #accepted: Stored[] = [];

  constructor(promises: { readonly quietMs: number; readonly maxWaitMs: number; readonly batchMax: number }) {
    this.#promises = promises;
  }

  /** A message that it did not know. */
  accept(message: Stored): void {
    this.#accepted.push(message);
  }

  /** The batches, one after the other. It is looked at so many ms after a batch may be due, and the one before was done. */
  *batches(lateMs: () => number): Generator<MadeBatch> {
    const { batchMax } = this.#promises;
    const waiting = this.#accepted.toSorted((a, b) => a.atMs - b.atMs);
    for (let nowMs = 0; waiting.length > 0;) {
      const there = waiting.filter(({ atMs }) => atMs < nowMs);
      const dueMs = this.#dueMs(there) ?? waiting[0]!.atMs + 0.5;
      if (dueMs > nowMs || there.length === 0) {
        nowMs = dueMs + lateMs();
        continue;
      }
      const messages = waiting.splice(0, Math.min(there.length, batchMax));
      const batch = { atMs: nowMs, messages, full: messages.length === batchMax, freeAtMs: nowMs };
      yield batch;
      nowMs = batch.freeAtMs + 0.5;
    }
  }

  /** When those that are there fall due; undefined if there are none. */
  #dueMs(there: readonly Stored[]): number | undefined {
    const { quietMs, maxWaitMs, batchMax } = this.#promises;
    const [first] = there;
    if (!first) return undefined;
    const full = there[batchMax - 1]?.atMs ?? Infinity;
    return Math.min(there.at(-1)!.atMs + quietMs, first.atMs + maxWaitMs, full);
  }
}
