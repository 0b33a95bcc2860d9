/**
 * What a delivery is told. Four answers and no more: anything else that can happen is an error of `../errors.ts`,
 * and an error is never an answer, so that no failure can be mistaken for "already processed".
 */

/** The event was new: the handler ran, and what it did is committed (`value` is what it returned). Answer 2xx. */
export interface First<T> {
  readonly verdict: "first";
  readonly value: T;
}

/** The same event with the same body was processed before, and that is committed. Answer 2xx. */
export interface Duplicate {
  readonly verdict: "duplicate";
}

/** Another delivery of the event is in work just now, or has an unexpired lease. Answer 409 with Retry-After. */
export interface Busy {
  readonly verdict: "busy";
  readonly retryAfterMs: number;
}

/** The id is known with another body: the sender reused it, or somebody plays with it. Answer 422. */
export interface Conflict {
  readonly verdict: "conflict";
}

/** The verdict on one delivery. */
export type Verdict<T> = First<T> | Duplicate | Busy | Conflict;
