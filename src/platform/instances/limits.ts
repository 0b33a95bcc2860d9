/**
 * What an instance may do at most. Each limit exists so that no subject can take the harness's memory or processor; what
 * happens at each is in docs/protocol.md. A sibling would be one more number here and the one place that holds it.
 */

/** Bounds on one process. */
export interface Limits {
  /** The longest line in either direction, its newline not counted. */
  readonly lineBytesMax: number;
  readonly linesPerSecondMax: number;
  /** Of standard output, and again of standard error. */
  readonly bytesPerSecondMax: number;
  /** Notes of one instance between its start and its stop. */
  readonly notesPerRunMax: number;
  /** How much of standard error is kept: its end. */
  readonly stderrKeptBytes: number;
  /** What waits to be read by the process from its standard input. */
  readonly unreadBytesMax: number;
  /** From the start of the process to its hello. */
  readonly helloWithinMs: number;
  /** How many operations that passed their deadline may be without an outcome. */
  readonly lateOperationsMax: number;
}

/** Far above what a sane subject needs: a round trip takes 0.1 ms, so some 10,000 lines a second. */
export const standardLimits: Limits = {
  lineBytesMax: 1024 * 1024,
  linesPerSecondMax: 50_000,
  bytesPerSecondMax: 32 * 1024 * 1024,
  notesPerRunMax: 100_000,
  stderrKeptBytes: 64 * 1024,
  unreadBytesMax: 8 * 1024 * 1024,
  helloWithinMs: 10_000,
  lateOperationsMax: 1_000,
};
