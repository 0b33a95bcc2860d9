/**
 * Which status says what to a sender. Only what is committed is answered 2xx; whatever is not certain is answered so that
 * the sender comes again. One function decides, so that the whole of it can be read at once.
 */

import { Failure, maskText } from "../errors.ts";
import type { Verdict } from "./verdict.ts";

/** An answer before it is a Response: the status, a stable code, a sentence, and headers. */
export interface Answer {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer to a verdict, or to the error that came instead of one. */
export function answerTo(outcome: unknown): Answer {
  if (outcome instanceof Failure && outcome.retryAfterMs !== undefined) {
    return { status: 503, code: outcome.code, detail: outcome.message, headers: retryAfter(outcome.retryAfterMs) };
  }
  const verdict = isVerdict(outcome) ? outcome : undefined;
  switch (verdict?.verdict) {
    case "first":
      return { status: 200, code: "first", detail: "Processed" };
    case "duplicate":
      return { status: 200, code: "duplicate", detail: "Processed before" };
    case "busy":
      return {
        status: 409,
        code: "busy",
        detail: "Another delivery of this event is in work",
        headers: retryAfter(verdict.retryAfterMs),
      };
    case "conflict":
      return { status: 422, code: "conflict", detail: "This id was used before with another body" };
    default:
      return { status: 500, code: "internal_error", detail: "The receiver has a mistake: its operators were told" };
  }
}

/** The answers to deliveries that never reach the dedupe. */
export const refused = {
  method: (): Answer => ({ status: 405, code: "method_not_allowed", detail: "Use POST", headers: { allow: "POST" } }),
  contentType: (): Answer => ({ status: 415, code: "unsupported_media_type", detail: "Send application/json" }),
  tooLarge: (bytesMax: number): Answer => ({
    status: 413,
    code: "content_too_large",
    detail: `Send at most ${bytesMax} bytes`,
  }),
  tooSlow: (): Answer => ({ status: 408, code: "request_timeout", detail: "The body did not arrive in time" }),
  malformed: (detail: string): Answer => ({ status: 400, code: "malformed", detail }),
  signature: (): Answer => ({
    status: 401,
    code: "bad_signature",
    detail: "No signature fits the secret and this body, or its timestamp is more than five minutes off",
    headers: { "www-authenticate": "Webhook-Signature" },
  }),
  tooManyInFlight: (): Answer => ({
    status: 429,
    code: "too_many_in_flight",
    detail: "Too many deliveries are in work",
    headers: retryAfter(1_000),
  }),
};

/** A Response: JSON for success, problem details (RFC 9457) for the rest, without secrets. */
export function problem({ status, code, detail, headers }: Answer): Response {
  const success = status < 300;
  const body = success
    ? { verdict: code }
    : { type: "about:blank", title: code, status, detail: maskText(detail), code };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": success ? "application/json" : "application/problem+json", ...headers },
  });
}

/** Whole seconds, as HTTP has it, rounded up so that nobody comes too early. */
function retryAfter(waitMs: number): Record<string, string> {
  return { "retry-after": String(Math.max(1, Math.ceil(waitMs / 1_000))) };
}

/** Whether this is the verdict of a dedupe. */
export function isVerdict(outcome: unknown): outcome is Verdict<unknown> {
  return typeof outcome === "object" && outcome !== null && !(outcome instanceof Error) && "verdict" in outcome;
}
