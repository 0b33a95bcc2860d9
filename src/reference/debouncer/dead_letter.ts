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

/** Which letters are asked for. */
export interface WhichLetters {
  /** So many at most, 1 to 1,000; 100 by default. */
  readonly lettersMax?: number | undefined;
  /** Those that died at this time (Redis's clock) or later; all by default. */
  readonly sinceMs?: number | undefined;
  /** Those that come after this one, which is the last of the page before. */
  readonly after?: Pick<DeadLetter, "id" | "diedAtMs"> | undefined;
}

/** What a shard is asked for: those that died at this time with a higher id, and all that died later. */
export interface LettersFrom {
  readonly sinceMs: number;
  readonly afterId: string;
  readonly lettersMax: number;
}

/** Checks what is asked for. Throws a TypeError for what no page can begin or end with. */
export function lettersFrom({ lettersMax = 100, sinceMs = 0, after }: WhichLetters): LettersFrom {
  const begins = after === undefined || after.diedAtMs < sinceMs
    ? { sinceMs, id: "" }
    : { ...after, sinceMs: after.diedAtMs };
  if (!Number.isSafeInteger(lettersMax) || lettersMax < 1 || lettersMax > 1_000) {
    throw new TypeError(
      `Cannot list dead letters: lettersMax has to be a whole number from 1 to 1000, not "${lettersMax}"`,
    );
  }
  if (typeof begins.id !== "string" || !(begins.sinceMs >= 0 && begins.sinceMs <= Number.MAX_SAFE_INTEGER / 1_000)) {
    throw new TypeError(`Cannot list dead letters: they cannot begin at "${begins.sinceMs}"`);
  }
  return { sinceMs: begins.sinceMs, afterId: begins.id, lettersMax };
}

/** The oldest of all shards, so many at most, and none that comes after one which a shard may have left out. */
export function oldestOf(pages: readonly LetterPage[], lettersMax: number): readonly DeadLetter[] {
  const ends = pages.flatMap(({ letters, complete }) => complete ? [] : letters.at(-1) ?? []);
  return pages.flatMap(({ letters }) => letters).filter((letter) => ends.every((end) => inOrder(letter, end) <= 0))
    .sort(inOrder).slice(0, lettersMax);
}

/** By time, and at one time by id: ids are ASCII, and compared as Redis does. */
function inOrder(one: DeadLetter, other: DeadLetter): number {
  return one.diedAtMs - other.diedAtMs || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
}
