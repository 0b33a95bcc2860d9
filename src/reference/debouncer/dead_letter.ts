/**
 * A batch that failed too often, put aside with the reason until somebody puts it back or discards it. A sibling would move it
 * to another store.
 */

import type { AcceptedMessage } from "./message.ts";

/** A batch that failed too often. Times by Redis's clock. */
export interface DeadLetter {
  readonly id: string;
  readonly conversation: string;
  readonly messages: readonly AcceptedMessage[];
  readonly attempts: number;
  /** What the last attempt failed of, without secrets, cut after 1,000 characters. */
  readonly reason: string;
  readonly diedAtMs: number;
}

/** What one shard lists, oldest first. */
export interface LetterPage {
  readonly letters: readonly DeadLetter[];
  /** False: it stopped because these were many bytes, and there are later ones. */
  readonly complete: boolean;
}

/** The oldest of all shards, so many at most, and none that is later than one which a shard may have left out. */
export function oldestOf(pages: readonly LetterPage[], lettersMax: number): readonly DeadLetter[] {
  const ends = pages.flatMap(({ letters, complete }) => complete ? [] : letters.at(-1)?.diedAtMs ?? []);
  return pages.flatMap(({ letters }) => letters).filter(({ diedAtMs }) => ends.every((end) => diedAtMs <= end))
    .sort((one, other) => one.diedAtMs - other.diedAtMs).slice(0, lettersMax);
}
