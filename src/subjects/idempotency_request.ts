/**
 * One task by way of the `fetch` middleware: a request with an Idempotency-Key in, a response out. What the status means to a client is all
 * that the harness learns: 2xx is acknowledged, a 4xx that will not change is final, and after a 503 nobody knows. A sibling is
 * `dedupe_receiver.ts`.
 */

import { Refused } from "../core/outcome.ts";
import type { Call, World } from "../core/subject.ts";
import { type Idempotency, idempotentHandler, type Lease } from "../reference/idempotency/mod.ts";
import type { TaskRun } from "./idempotency.ts";

/** In work elsewhere, or too many: certainly nothing was done, and the same request may well succeed. */
const comeAgain: readonly number[] = [409, 429];

/** Posts one request, which is handled by running the task. Returns the status that was acknowledged with. */
export async function post(
  idempotency: Idempotency,
  op: TaskRun,
  call: Call,
  world: World,
  task: (lease: Lease) => Promise<void>,
): Promise<unknown> {
  const serve = idempotentHandler({
    idempotency,
    client: () => "the one account",
    handle: (_, lease) => handled(task, lease),
  });
  const response = await serve(requestOf(op, call.signal));
  const text = (await response.text()).slice(0, 300);
  if (response.ok) return { status: response.status };
  const waits = response.headers.has("retry-after");
  world.note("status", { status: response.status, waits }, call.operation);
  const reason = `${response.status} ${text}`;
  if (response.status >= 500) throw new Error(reason);
  throw new Refused(reason, { final: !comeAgain.includes(response.status) });
}

async function handled(task: (lease: Lease) => Promise<void>, lease: Lease | undefined): Promise<Response> {
  if (lease === undefined) throw new TypeError("Cannot run a task without a lease: the request was let through");
  await task(lease);
  return Response.json({ done: lease.key }, { status: 201 });
}

function requestOf({ key, body }: TaskRun, signal: AbortSignal): Request {
  const headers = { "content-type": "application/json", "idempotency-key": JSON.stringify(key) };
  return new Request("http://127.0.0.1/tasks", { method: "POST", body, headers, signal });
}
