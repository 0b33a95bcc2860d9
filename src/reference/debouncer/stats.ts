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
  /** How long the longest overdue conversation has been due, in ms; 0 if none is. Rises when the handlers cannot keep up. */
  readonly lateMs: number;
  /** How long the first message of the conversation that is due first has waited, in ms. */
  readonly oldestMs: number;
}

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
