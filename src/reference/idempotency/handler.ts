/**
 * The checker around a `(request) => response`: a request is handled once for each client and Idempotency-Key, and each of its
 * repetitions gets the response of the first (draft-ietf-httpapi-idempotency-key-header-07).
 *
 *     Deno.serve(idempotentHandler({ idempotency, client: (request) => accountOf(request), handle }));
 *
 * Put it behind whatever authenticates: a response is replayed to whoever is the same `client`. A sibling would take the key
 * from another header, or from the body.
 */

import { createHash } from "node:crypto";
import type { Failure } from "../errors.ts";
import { type Answer, answers, answerTo, problem } from "./answer.ts";
import { readBody } from "./body.ts";
import { keyIn } from "./header.ts";
import { keep, type KeptResponse, responseOf } from "./kept_response.ts";
import type { Lease } from "./lease.ts";
import type { Idempotency } from "./mod.ts";
import type { Verdict } from "./verdict.ts";

/**
 * What the handler needs. Sizes are bytes, times milliseconds. `Info`: what whoever serves gives beside the request, such as the address with
 * `Deno.serve`.
 */
export interface IdempotentHandlerOptions<Info = unknown> {
  readonly idempotency: Idempotency;
  /**
   * Handles a request whose key is new, under a lease; its `signal` is the lease's. The response is read to its end before it
   * is sent, and kept up to `resultBytesMax` of the checker: the repetitions of a larger one are answered 410. One above `responseBytesMax`,
   * or without an end, is cancelled.
   */
  readonly handle: (request: Request, lease: Lease | undefined, info: Info) => Promise<Response> | Response;
  /** Whose key it is, such as the account that was authenticated: keys of different clients never meet. */
  readonly client: (request: Request, info: Info) => Promise<string> | string;
  /** Which methods need a key, in capitals; requests with others are handled as they are, without a lease. Default POST and PATCH. */
  readonly methods?: readonly string[] | undefined;
  /** Whether a response ends the matter. Default: all but 408, 409, 425, 429 and 5xx, after which a repetition is handled anew. */
  readonly isFinal?: ((response: Response) => boolean) | undefined;
  /** The largest body of a request. Default 1 MiB. */
  readonly bodyBytesMax?: number | undefined;
  /** How long it may take to arrive. Default 10,000. */
  readonly bodyMsMax?: number | undefined;
  /** The largest body of a response, which lies in memory until it is sent. Default 16 MiB. */
  readonly responseBytesMax?: number | undefined;
  /** Is told of each failure that is answered 503: the client learns little of it. What it throws is ignored, also later. */
  readonly failed?: ((failure: Failure) => void) | undefined;
}

const comeAgain = new Set([408, 409, 425, 429]);

/**
 * Makes the handler. It answers 400 (no key), 408, 413 (the body), 409 with Retry-After (in work), 422 (the key belongs to
 * another request) and 503 with Retry-After (Redis is down, or will not do as it is set up, or an answer of it was lost) as
 * problem details. It rejects, unchanged, with what `handle` or `client` threw, for a mistake is for whoever serves to see; but a
 * StoreUnavailable, OutcomeUnknown, LeaseLost or UnsuitableStore of theirs is answered 503 too. A response that is too large is a mistake that
 * it rejects with when the request is known as handled: a RangeError.
 */
export function idempotentHandler<Info = unknown>(
  options: IdempotentHandlerOptions<Info>,
): (request: Request, info?: Info) => Promise<Response> {
  const { idempotency, failed = () => {} } = options;
  const { bodyBytesMax = 2 ** 20, bodyMsMax = 10_000, responseBytesMax = 2 ** 24 } = options;
  const { methods = ["POST", "PATCH"], isFinal = ({ status }) => status < 500 && !comeAgain.has(status) } = options;
  verifyOptions(methods, { bodyBytesMax, bodyMsMax, responseBytesMax });
  return async (request, given) => {
    const info = given as Info; // there is one wherever the functions ask for it
    if (!methods.includes(request.method)) return await options.handle(request, undefined, info);
    const handle: Handling["handle"] = (again, lease) => options.handle(again, lease, info);
    const header = request.headers.get("idempotency-key");
    const key = keyIn(header ?? "");
    if (key === undefined) return await turnAway(request, header === null ? answers.missing : answers.malformed);
    const known = JSON.stringify([textOf(await options.client(request, info)), key]);
    const body = await readBody(request, bodyBytesMax, bodyMsMax);
    if ("status" in body) return problem(body);
    let mistake: RangeError | undefined;
    const task = async (lease: Lease) => {
      const kept = await handled(request, body, lease, { handle, isFinal, responseBytesMax });
      if (!(kept instanceof RangeError)) return kept;
      mistake = kept;
    };
    try {
      const verdict = await idempotency.run(known, task, { fingerprint: fingerprintOf(request, body) });
      if (mistake) throw mistake;
      return responseTo(verdict);
    } catch (error) {
      if (error instanceof NotFinal) return responseOf(error.response, false);
      const answer = answerTo(error, failed);
      if (answer === undefined) throw error;
      return problem(answer);
    }
  };
}

/** Thrown so that the task counts as failed, and is given back. */
class NotFinal extends Error {
  readonly response: KeptResponse;
  constructor(response: KeptResponse) {
    super(`The handler answered ${response.status}`);
    this.response = response;
  }
}

interface Handling {
  readonly handle: (request: Request, lease: Lease) => Promise<Response> | Response;
  readonly isFinal: (response: Response) => boolean;
  readonly responseBytesMax: number;
}

/** The response, or that it is too large. */
async function handled(
  { url, method, headers }: Request,
  body: Uint8Array<ArrayBuffer>,
  lease: Lease,
  { handle, isFinal, responseBytesMax }: Handling,
): Promise<KeptResponse | RangeError> {
  const again = new Request(url, { method, headers, body: body.length > 0 ? body : null, signal: lease.signal });
  const response = await handle(again, lease);
  const final = isFinal(response);
  const kept = await keep(response, { bytesMax: responseBytesMax, signal: lease.signal });
  if (!final && !(kept instanceof RangeError)) throw new NotFinal(kept);
  return kept;
}

function responseTo(verdict: Verdict<KeptResponse | undefined>): Response {
  switch (verdict.verdict) {
    case "first":
      return responseOf(verdict.value!, false);
    case "duplicate":
      return verdict.value === undefined ? problem(answers.notKept) : responseOf(verdict.value, true);
    case "busy":
      return problem({ ...answers.busy, retryAfterMs: verdict.retryAfterMs });
    case "conflict":
      return problem(answers.conflict);
  }
}

/** Method, target and body: what makes a request another one. Headers may differ between repetitions. */
function fingerprintOf({ method, url }: Request, body: Uint8Array): string {
  const { pathname, search } = new URL(url);
  return createHash("sha256").update(JSON.stringify([method, pathname + search])).update(body).digest("hex");
}

/** Whose request it is. Throws a TypeError for nobody's: all of these would be one client, and get each other's responses. */
function textOf(whose: unknown): string {
  if (typeof whose === "string" && whose !== "") return whose;
  throw new TypeError(`Cannot tell whose request it is: client gave "${whose}", and has to give a text`);
}

function verifyOptions(methods: readonly string[], whole: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(whole)) {
    if (Number.isSafeInteger(value) && value >= 1 && value < 2 ** 31) continue;
    throw new TypeError(`Cannot make a handler: ${name} has to be a whole number from 1, not "${value}"`);
  }
  // Methods are told apart by case: "post" would be a method that no request has.
  if (methods.length > 0 && methods.every((method) => /^[A-Z-]+$/.test(method))) return;
  throw new TypeError(`Cannot make a handler: methods have to be in capitals, such as "POST", not "${methods}"`);
}

/** Answers, and tells the runtime that nobody will read the body. */
async function turnAway(request: Request, answer: Answer): Promise<Response> {
  if (request.body !== null && !request.bodyUsed) {
    await request.body.cancel().catch(() => {}); // a client that has hung up has no body to cancel
  }
  return problem(answer);
}
