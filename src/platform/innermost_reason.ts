/**
 * The reason at the bottom of an error, for sentences: what a driver or `fetch` throws often says that something failed, and
 * keeps to itself what it was.
 */
import { reasonOf } from "./native/stack_error.ts";

const depthMax = 8;

/** The message of the innermost cause; of several at once, that of the first. */
export function innermostReason(thrown: unknown): string {
  let error = thrown;
  for (let depth = 0; depth < depthMax; depth++) {
    const inner = error instanceof AggregateError ? error.errors[0] : error instanceof Error ? error.cause : undefined;
    if (!(inner instanceof Error)) break;
    error = inner;
  }
  // Such as "error sending request for url (...): client error (Connect): tcp connect error: Connection refused".
  const reason = reasonOf(error).replace(/^error sending request.*?(?=tcp connect error)/, "");
  return reason || (error instanceof Error ? error.name : "unknown");
}
