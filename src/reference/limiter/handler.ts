/**
 * The limiter around a `(request) => response`.
 *
 *     Deno.serve(limitedHandler({ limiter, key: (request) => accountOf(request), handle }));
 *
 * A sibling would limit what is in work at a time, and not what comes in a window.
 */

import type { Failure } from "../errors.ts";
import { rateLimitHeaders, tooMany, unavailable } from "./answer.ts";
import type { Allowance, Limiter } from "./mod.ts";

/** What the handler needs. `Info`: what whoever serves gives beside the request, such as the address with `Deno.serve`. */
export interface LimitedHandlerOptions<Info = unknown> {
  readonly limiter: Limiter;
  /** Handles a request that is allowed. */
  readonly handle: (request: Request, info: Info) => Promise<Response> | Response;
  /** What is limited, such as the account that was authenticated, or the address. */
  readonly key: (request: Request, info: Info) => Promise<string> | string;
  /** How much a request costs, 1 to the limit. Default 1. */
  readonly cost?: ((request: Request, info: Info) => Promise<number> | number) | undefined;
  /** Is told of each failure that is answered 503: the client learns little of it. What it throws is ignored, also later. */
  readonly failed?: ((failure: Failure) => void) | undefined;
}

/**
 * Makes the handler. It answers 429 with Retry-After (over the limit) and 503 with Retry-After (Redis is down, or will not do as
 * it is set up; or its answer was lost, which counts as consumed) as problem details, and rejects, unchanged, with what the given
 * functions threw. Every answer but 503 has the headers RateLimit and RateLimit-Policy; what is refused costs nothing.
 */
export function limitedHandler<Info = unknown>(
  options: LimitedHandlerOptions<Info>,
): (request: Request, info?: Info) => Promise<Response> {
  const { limiter, handle, key, cost = () => 1, failed = () => {} } = options;
  return async (request, given) => {
    const info = given as Info; // there is one wherever the functions ask for it
    const [limited, costs] = [await key(request, info), await cost(request, info)];
    let allowance: Allowance;
    try {
      allowance = await limiter.allow(limited, { cost: costs });
    } catch (error) {
      const answer = unavailable(error, failed);
      if (answer === undefined) throw error;
      return await instead(request, answer);
    }
    if (!allowance.allowed) return await instead(request, tooMany(limiter.policy, allowance));
    const response = await handle(request, info);
    // A new response, for the headers of one that came from elsewhere cannot be changed.
    const headers = new Headers(response.headers);
    rateLimitHeaders(limiter.policy, allowance).forEach((value, name) => headers.append(name, value));
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
  };
}

/** Answers, and tells the runtime that nobody will read the body. */
async function instead(request: Request, answer: Response): Promise<Response> {
  if (request.body !== null && !request.bodyUsed) {
    await request.body.cancel().catch(() => {}); // a client that has hung up has no body to cancel
  }
  return answer;
}
