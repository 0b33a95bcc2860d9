/**
 * The one exception of the stacks: a sentence for people who wanted to run scenarios and got no services.
 *
 * A stack that cannot be had is never a finding about a subject, so it is an exception and not a violation. A sibling
 * (another stack) throws the same class, so that the command line prints all of them alike.
 */

/** Says what could not be done, why, and what to do about it; `why` may end in the last lines of a service's log. */
export class StackError extends Error {
  override readonly name = "StackError";
  /** The action that failed: `Cannot start Postgres "shared"`. */
  readonly what: string;
  /** The reason, as far as it is known. */
  readonly why: string;
  /** What the reader can do now, as one sentence. */
  readonly todo: string;

  constructor(parts: { what: string; why: string; todo: string; cause?: unknown }) {
    super(`${parts.what}: ${parts.why}`, { cause: parts.cause });
    this.what = parts.what;
    this.why = parts.why;
    this.todo = parts.todo;
  }
}

/** The message of anything that was thrown, without its stack. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
