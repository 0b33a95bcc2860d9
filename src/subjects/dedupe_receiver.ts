/**
 * One delivery by way of the HTTP receiver: a signed request in, a status out. What the status means to a sender is all
 * that the harness learns: 2xx is acknowledged, a 4xx that will not change is final, and all else is nobody knows.
 */

import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { Refused } from "../core/outcome.ts";
import type { Call, World } from "../core/subject.ts";
import { type Verdict, type WebhookEvent, webhookReceiver } from "../reference/dedupe/mod.ts";
import type { WebhookDelivery } from "./dedupe.ts";

/** Signs and delivers one event; `claim` hands it to the dedupe, and `gateway` stands before the receiver. Returns the status that was acknowledged with. */
export async function post(
  op: WebhookDelivery,
  call: Call,
  world: World,
  claim: (event: WebhookEvent) => Promise<Verdict<unknown>>,
  gateway: (response: Response) => Response = (response) => response,
): Promise<unknown> {
  const secret = `whsec_${randomBytes(24).toString("base64")}`; // of this one request: sender and receiver are one here
  let failure: unknown;
  const receive = webhookReceiver({ secret, deliver: claim, onError: (error) => failure = error });
  const response = gateway(await receive(signed(op, secret, call.signal)));
  const text = (await response.text()).slice(0, 300);
  if (response.ok) return { status: response.status };
  if (response.status === 500) throw failure; // what surfaced, unchanged
  const waits = response.headers.has("retry-after");
  world.note("status", { status: response.status, waits }, call.operation);
  const reason = `${response.status} ${text}`;
  if (response.status < 500 && ![409, 429].includes(response.status)) throw new Refused(reason, { final: true });
  throw new Error(waits ? reason : `${reason} (without Retry-After)`);
}

function signed(op: WebhookDelivery, secret: string, signal: AbortSignal): Request {
  const at = new Date();
  const headers = {
    "content-type": "application/json",
    "webhook-id": op.key,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign(op.key, at, op.body),
  };
  return new Request("http://127.0.0.1/webhooks", { method: "POST", body: op.body, headers, signal });
}
