/**
 * Which status says what to a client, when the answer is not the handler's own: problem details (RFC 9457) with a stable `code`.
 * What is not certain is answered so that the client comes again, with the same key.
 */

import { Failure, maskText, tell, UnsuitableStore } from "../errors.ts";

/** An answer before it is a Response. */
export interface Answer {
  readonly status: number;
  readonly title: string;
  readonly code: string;
  readonly detail: string;
  /** After how many milliseconds it is worth coming again. */
  readonly retryAfterMs?: number | undefined;
}

/** The answers of draft-ietf-httpapi-idempotency-key-header, sections 2.6 and 2.7, and a few that it leaves open. */
export const answers = {
  missing: {
    status: 400,
    title: "Bad Request",
    code: "idempotency_key_missing",
    detail: "This request needs the header Idempotency-Key: one key a request, the same in each of its repetitions",
  },
  malformed: {
    status: 400,
    title: "Bad Request",
    code: "idempotency_key_malformed",
    detail: 'The header Idempotency-Key has to be one string of 1 to 255 characters with its quotes, such as "k-1"',
  },
  busy: {
    status: 409,
    title: "Conflict",
    code: "idempotency_key_in_use",
    detail: "A request with this Idempotency-Key is in work: come again with the same key",
  },
  conflict: {
    status: 422,
    title: "Unprocessable Content",
    code: "idempotency_key_reused",
    detail: "This Idempotency-Key was used before with another request: take a new key for a new request",
  },
  notKept: {
    status: 410,
    title: "Gone",
    code: "response_not_kept",
    detail: "A request with this Idempotency-Key was processed before; its response was too large to be kept",
  },
  tooLarge: { status: 413, title: "Content Too Large", code: "content_too_large", detail: "The body is too large" },
  tooSlow: {
    status: 408,
    title: "Request Timeout",
    code: "request_timeout",
    detail: "The body did not arrive in time",
  },
  endedEarly: { status: 400, title: "Bad Request", code: "malformed", detail: "The body ended early" },
} satisfies Record<string, Answer>;

/** What is said of a store that will not do: what has to be changed is for whoever runs it, and for no client to read. */
const unsuitable = { message: "The store does not do as it is set up: come again later", retryAfterMs: 60_000 };

/** The answer to a failure that asks to be tried again, and to a store that will not do; undefined for all else: mistakes. */
export function answerTo(error: unknown, failed: (failure: Failure) => void): Answer | undefined {
  if (!(error instanceof Failure)) return undefined;
  const { code } = error;
  const { message: detail, retryAfterMs } = error instanceof UnsuitableStore ? unsuitable : error;
  if (retryAfterMs === undefined) return undefined;
  tell(() => failed(error)); // the hook is the user's, and must not decide about an answer
  return { status: 503, title: "Service Unavailable", code, detail, retryAfterMs };
}

/** A Response, without secrets. Retry-After is in whole seconds, rounded up so that nobody comes too early. */
export function problem({ status, title, code, detail, retryAfterMs }: Answer): Response {
  const headers = new Headers({ "content-type": "application/problem+json" });
  if (retryAfterMs !== undefined) headers.set("retry-after", String(Math.max(1, Math.ceil(retryAfterMs / 1_000))));
  const body = { type: "about:blank", title, status, detail: maskText(detail), code };
  return new Response(JSON.stringify(body), { status, headers });
}
