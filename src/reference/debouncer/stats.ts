/** Figures for whoever watches: how much waits, and whether the handlers keep up. A sibling would count what has been done. */

/** Figures of one moment. */
export interface Stats {
  /** Conversations that wait to fall due. */
  readonly pending: number;
  /** Batches that are in flight, or wait for another attempt. */
  readonly inFlight: number;
  /** Messages that wait or are in flight. */
  readonly messages: number;
  /** Dead letters. */
  readonly dead: number;
  /**
   * For how long something has been due and nobody has taken it, in ms: the longest overdue conversation, or a batch whose lease or wait for
   * another attempt is over; 0 if there is none. Rises when the handlers cannot keep up, and when nobody runs the loop.
   */
  readonly lateMs: number;
  /** For how long the oldest message has waited or been in flight, in ms. */
  readonly oldestMs: number;
}

/**
 * The two times are those of so many conversations of a shard, and so many batches, that are to be looked at first; what is beyond counts in
 * neither. To look at all of 100,000 would keep Redis from everything else.
 */
export const lookedAtMax = 1_000;

/** The figures of all shards together: the sums, and of the two times the longest. */
export function sumOf(all: readonly Stats[]): Stats {
  const sum = (of: (stats: Stats) => number) => all.reduce((total, stats) => total + of(stats), 0);
  return {
    pending: sum(({ pending }) => pending),
    inFlight: sum(({ inFlight }) => inFlight),
    messages: sum(({ messages }) => messages),
    dead: sum(({ dead }) => dead),
    lateMs: Math.max(...all.map(({ lateMs }) => lateMs)),
    oldestMs: Math.max(...all.map(({ oldestMs }) => oldestMs)),
  };
}
