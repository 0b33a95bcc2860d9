/**
 * A safeguard taken out of the reference: the text that makes it, what stands there without it, and what has to come of
 * that. One file of `removals/` each, found by listing the folder; a sibling is one more file and touches nothing else.
 */

/** A replacement in one file. `before` has to stand there exactly once, so that a removal that went stale is an error. */
export interface Edit {
  /** Path from the root of the checkout. */
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/** Noticed: the named claim must turn red, and by the named property. */
export interface Noticed {
  readonly scenario: string;
  readonly violates: string;
}

/** Not noticed by any claim, and why: nothing that is claimed needs it, or nothing that is run reaches it. */
export interface Unnoticed {
  /** The claim that was run without it, and held. */
  readonly scenario: string;
  readonly unnoticedBecause: string;
}

/** One safeguard, the promise that rests on it, and what becomes of the session without it. */
export interface Removal {
  /** What is taken out, as an end of the sentence "Without ...". */
  readonly without: string;
  /** Id of the promise (`promises.ts`) that it keeps. */
  readonly promise: string;
  readonly edits: readonly Edit[];
  readonly expects: Noticed | Unnoticed;
}

/** Checks the types of a removal, as an identity. */
export function removal(of: Removal): Removal {
  return of;
}

/** A text after the edit. Throws if what is to be replaced does not stand there exactly once: the removal went stale. */
export function edited(text: string, { file, before, after }: Edit): string {
  const times = text.split(before).length - 1;
  if (times !== 1) {
    throw new Error(`Cannot take out a safeguard: "${before}" stands ${times} times in ${file}, not once`);
  }
  return text.replace(before, () => after);
}
