/**
 * One call by way of the middleware: a request in, a status out. The headers are read as a client would that obeys them, and an answer
 * whose headers or body do not say what they have to is no answer: the client comes again, and never gets a better one.
 */

import { Refused } from "../core/outcome.ts";
import type { Call, World } from "../core/subject.ts";
import { limitedHandler, type Limiter, type Policy } from "../reference/limiter/mod.ts";
import { limitedKey, type LimiterCall } from "./limiter.ts";

/** An answer, read to its end. */
interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Codes of a 503 that promise that the call was not counted. */
const nothingHappened: readonly string[] = ["store_unavailable", "unsuitable_store"];

/** Sends the request. Returns the status that it was allowed with. */
export async function request(limiter: Limiter, op: LimiterCall, call: Call, world: World): Promise<unknown> {
  const answer = limitedHandler({
    limiter,
    key: ({ headers }) => headers.get("x-account") ?? "",
    handle: () => new Response("handled"),
  });
  const headers = { "x-account": limitedKey(op) };
  const response = await answer(new Request("http://127.0.0.1/orders", { headers, signal: call.signal }));
  const { status } = response;
  const read: Answer = { status, headers: response.headers, text: await response.text() };
  if (status !== 200) world.note("status", { status, waits: retryAfter(read) !== undefined }, call.operation);
  const wrong = whatIsWrong(read, limiter.policy);
  if (wrong) throw new Error(`An answer that no client can read: ${status} ${wrong}`);
  if (status === 200) return { status };
  const reason = `${status} ${read.text}`;
  if (status === 429) throw new Refused(reason, { final: true });
  if (nothingHappened.includes(codeOf(read) ?? "")) throw new Refused(reason);
  throw new Error(reason);
}

function whatIsWrong(answer: Answer, policy: Policy): string | undefined {
  const { status, headers, text } = answer;
  const [known, left] = [headers.get("ratelimit-policy"), headers.get("ratelimit")];
  if (status === 503) {
    if (known !== null || left !== null) return `says what is left (${left}), and nobody knows`;
    return [...nothingHappened, "outcome_unknown"].includes(codeOf(answer) ?? "") ? undefined : `with the body ${text}`;
  }
  if (status !== 200 && status !== 429) return "is none that a limiter gives";
  const windowSeconds = Math.ceil(policy.windowMs / 1_000);
  if (known !== `"${policy.name}";q=${policy.limit};w=${windowSeconds}`) return `with RateLimit-Policy ${known}`;
  const said = /^"([^"]+)";r=(\d+);t=(\d+)$/.exec(left ?? "");
  const [remaining, seconds] = [Number(said?.[2]), Number(said?.[3])];
  if (said?.[1] !== policy.name || seconds < 1 || seconds > windowSeconds) return `with RateLimit ${left}`;
  if (status === 200) return remaining < policy.limit && text === "handled" ? undefined : `with RateLimit ${left}`;
  if (remaining > 0) return `with RateLimit ${left}`;
  if ((retryAfter(answer) ?? 0) > windowSeconds) return `with Retry-After ${headers.get("retry-after")}`;
  return codeOf(answer) === "too_many_requests" ? undefined : `with the body ${text}`;
}

/** The code of a problem body that says the same status as the answer; undefined for any other body. */
function codeOf({ status, headers, text }: Answer): string | undefined {
  if (headers.get("content-type") !== "application/problem+json") return undefined;
  const problem: { readonly status?: unknown; readonly code?: unknown } = JSON.parse(text);
  return problem.status === status && typeof problem.code === "string" ? problem.code : undefined;
}

/** In seconds, from 1; undefined for a header that is missing or says something else. */
function retryAfter({ headers }: Answer): number | undefined {
  const said = headers.get("retry-after") ?? "";
  return /^[1-9]\d*$/.test(said) ? Number(said) : undefined;
}
