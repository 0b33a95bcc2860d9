/**
 * One delivery to a dedupe in each of its modes, with an effect that the harness can count, and the answer in the words of
 * the harness: acknowledged, certainly nothing (`Refused`), or nobody knows (anything else thrown).
 */

import { Refused } from "../core/outcome.ts";
import type { Call, World } from "../core/subject.ts";
import type { Lease, Tx, Verdict, WebhookEvent } from "../reference/dedupe/mod.ts";
import { HandlerTooSlow, StoreUnavailable } from "../reference/errors.ts";
import type { HostedDedupe } from "./dedupe_hosted.ts";
import type { WebhookDelivery } from "./dedupe.ts";
import { post } from "./dedupe_receiver.ts";

/** Delivers one event. Returns what is acknowledged. */
export async function deliver(dedupe: HostedDedupe, op: WebhookDelivery, call: Call, world: World): Promise<unknown> {
  if (world.options.mode === "receiver") {
    const claim = (event: WebhookEvent) => dedupe.transactional(event, (tx) => handleHere(tx, op, call, world));
    return await post(op, call, world, claim, dedupe.gateway);
  }
  try {
    return acknowledged(await claimed(dedupe, op, call, world));
  } catch (cause) {
    // The two errors that promise that nothing happened are believed, and held against the subject if it was not so.
    if (cause instanceof StoreUnavailable || cause instanceof HandlerTooSlow) {
      throw new Refused(cause.message, { cause });
    }
    throw cause;
  }
}

function claimed(dedupe: HostedDedupe, op: WebhookDelivery, call: Call, world: World): Promise<Verdict<unknown>> {
  const event = { id: op.key, body: op.body };
  switch (world.options.mode) {
    case "leased":
      return dedupe.leased(event, (lease) => handleElsewhere(lease, op, call, world));
    case "batch":
      return dedupe.batch([event], batchEffect(call, world)).then(([verdict]) => verdict!);
    default:
      return dedupe.transactional(event, (tx) => handleHere(tx, op, call, world));
  }
}

async function handleHere(tx: Tx, op: WebhookDelivery, call: Call, world: World): Promise<void> {
  world.note("handler", undefined, call.operation);
  await elsewhere(op, tx.signal);
  await tx.query("insert into ledger (run, key, operation) values ($1, $2, $3)", [
    world.namespace.prefix,
    op.key,
    call.operation,
  ]);
}

async function handleElsewhere(lease: Lease, op: WebhookDelivery, call: Call, world: World): Promise<void> {
  world.note("handler", undefined, call.operation);
  world.note("granted", { token: String(lease.token) }, call.operation);
  const signal = op.heedless ? new AbortController().signal : lease.signal;
  await elsewhere(op, signal);
  const by = { operation: call.operation, key: op.key, token: lease.token };
  const answer = await world.sink({ event: op.key }, by, signal);
  if (answer === "refused") throw new Error("The receiver refused the token: a later holder was there before");
}

/** The operation's id stands in the statement, for the events of one batch may be asked for by different operations. */
function batchEffect(call: Call, world: World): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  return `insert into ledger (run, key, operation)
    select ${quoted(world.namespace.prefix)}, event_id, ${quoted(call.operation)} from fresh`;
}

/** The handler waits for something else, or fails as planted. */
async function elsewhere(op: WebhookDelivery, signal: AbortSignal): Promise<void> {
  if (op.pauseMs) {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, op.pauseMs);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason);
      }, { once: true });
    });
  }
  if (op.plant) throw new Error(op.plant);
}

function acknowledged(verdict: Verdict<unknown>): unknown {
  if (verdict.verdict === "busy") throw new Refused("busy: another delivery of the event is in work");
  if (verdict.verdict === "conflict") throw new Refused("conflict: the id is known with another body", { final: true });
  return { verdict: verdict.verdict };
}
