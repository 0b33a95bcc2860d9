/**
 * Which status says what to a client: 429 when the limit is reached, 503 when nobody knows whether it is; and the headers that
 * say how much is left (draft-ietf-httpapi-ratelimit-headers-10). Bodies are problem details (RFC 9457) with a stable `code`.
 */

import { Failure, maskText, tell, UnsuitableStore } from "../errors.ts";
import type { Allowance } from "./mod.ts";

/** A policy: at most `limit` in any window. */
export interface Policy {
  readonly name: string;
  readonly limit: number;
  readonly windowMs: number;
}

/**
 * The headers of an answered call. `t` says after how many seconds there will be more, and `w` how long the window is; both are
 * rounded up, so that nobody comes too early.
 */
export function rateLimitHeaders({ name, limit, windowMs }: Policy, { remaining, resetMs }: Allowance): Headers {
  return new Headers({
    "ratelimit-policy": `"${name}";q=${limit};w=${seconds(windowMs)}`,
    "ratelimit": `"${name}";r=${remaining};t=${seconds(resetMs)}`,
  });
}

/** The answer to a call over the limit. */
export function tooMany(policy: Policy, allowance: Allowance): Response {
  const headers = rateLimitHeaders(policy, allowance);
  headers.set("retry-after", String(seconds(allowance.retryAfterMs)));
  return problem(headers, {
    type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
    title: "Too Many Requests",
    status: 429,
    detail: `At most ${policy.limit} in any ${policy.windowMs} ms`,
    code: "too_many_requests",
    "violated-policies": [policy.name],
  });
}

/** What is said of a store that will not do: what has to be changed is for whoever runs it, and for no client to read. */
const unsuitable = { message: "The store does not do as it is set up: come again later", retryAfterMs: 60_000 };

/** The answer to a failure that asks to be tried again, and to a store that will not do; undefined for all else: mistakes. */
export function unavailable(error: unknown, failed: (failure: Failure) => void): Response | undefined {
  if (!(error instanceof Failure)) return undefined;
  const { message, retryAfterMs } = error instanceof UnsuitableStore ? unsuitable : error;
  if (retryAfterMs === undefined) return undefined;
  tell(() => failed(error)); // the hook is the user's, and must not decide about an answer
  return problem(new Headers({ "retry-after": String(seconds(retryAfterMs)) }), {
    type: "about:blank",
    title: "Service Unavailable",
    status: 503,
    detail: maskText(message),
    code: error.code,
  });
}

function problem(headers: Headers, body: { readonly status: number } & Record<string, unknown>): Response {
  headers.set("content-type", "application/problem+json");
  return new Response(JSON.stringify(body), { status: body.status, headers });
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
