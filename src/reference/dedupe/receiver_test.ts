/** The HTTP receiver: which delivery gets which status, and what never gets as far as the dedupe. */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import {
  type Dedupe,
  type LogRecord,
  OutcomeUnknown,
  type ReceiverOptions,
  StoreUnavailable,
  type Verdict,
  webhookReceiver,
} from "./mod.ts";
import { Relay } from "./fixtures/relay.ts";
import { Stage } from "./fixtures/stage.ts";

const secret = `whsec_${randomBytes(24).toString("base64")}`;
const url = "https://shop.test/hook";

function signed(
  id: string,
  body: string,
  change: { headers?: Record<string, string>; at?: Date; secret?: string } = {},
) {
  const at = change.at ?? new Date();
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "webhook-signature": new Webhook(change.secret ?? secret).sign(id, at, body),
    ...change.headers,
  };
  return new Request(url, { method: "POST", headers, body });
}

const receiving = (dedupe: Dedupe, more: Partial<ReceiverOptions> = {}) =>
  webhookReceiver({ secret, deliver: (event) => dedupe.transactional(event, () => "done"), ...more });
const giving = (verdict: Verdict<unknown>) => webhookReceiver({ secret, deliver: () => Promise.resolve(verdict) });

async function expect(answer: Response | Promise<Response>, status: number, code: string): Promise<Response> {
  const response = await answer;
  const body = await response.json();
  assert.deepEqual([response.status, body.code ?? body.verdict], [status, code]);
  assert.equal(response.headers.get("content-type"), status < 300 ? "application/json" : "application/problem+json");
  return response;
}

Deno.test("the first delivery and its resend are answered 200, the same id with another body 422", async () => {
  await using stage = await Stage.create();
  const receive = receiving(await stage.open());
  await expect(receive(signed("msg_1", '{"a":1}')), 200, "first");
  await expect(receive(signed("msg_1", '{"a":1}')), 200, "duplicate");
  await expect(receive(signed("msg_1", '{"a":2}')), 422, "conflict");
});

Deno.test("what is not a signed delivery of JSON is answered 400, 401, 405, 413 or 415, and never delivered", async () => {
  const receive = webhookReceiver({ secret, deliver: () => assert.fail("delivered"), bodyBytesMax: 100 });
  const old = new Date(Date.now() - 6 * 60_000);
  await expect(receive(signed("a", "{}", { at: old })), 401, "bad_signature");
  await expect(receive(signed("a", "{}", { at: new Date(Date.now() + 6 * 60_000) })), 401, "bad_signature");
  await expect(receive(signed("a", "{}", { headers: { "webhook-id": "b" } })), 401, "bad_signature");
  await expect(receive(signed("a", "{}", { secret: `whsec_${btoa("another secret")}` })), 401, "bad_signature");
  await expect(receive(signed("a", "{}", { headers: { "webhook-signature": "v1," } })), 401, "bad_signature");
  await expect(receive(signed("a", "{}", { headers: { "webhook-signature": "" } })), 401, "bad_signature");
  await expect(receive(signed("a", "{}", { headers: { "webhook-id": "a b" } })), 400, "malformed");
  await expect(receive(signed("a", "{}", { headers: { "webhook-timestamp": "soon" } })), 400, "malformed");
  await expect(receive(signed("a", "{half")), 400, "malformed");
  await expect(receive(signed("a", "")), 400, "malformed");
  await expect(
    receive(signed("a", "{}", { headers: { "content-type": "text/plain" } })),
    415,
    "unsupported_media_type",
  );
  await expect(receive(signed("a", `"${"x".repeat(200)}"`)), 413, "content_too_large");
  const got = await expect(receive(new Request(url)), 405, "method_not_allowed");
  assert.equal(got.headers.get("allow"), "POST");
});

Deno.test("a body is measured while it arrives, whatever its content-length says, and may not take for ever", async () => {
  const receive = webhookReceiver({ secret, deliver: () => assert.fail(), bodyBytesMax: 1_000, bodyMsMax: 50 });
  let [pulled, cancelled] = [0, false];
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(100).fill(32 + 0 * pulled++)),
    cancel: () => void (cancelled = true),
  });
  const { headers } = signed("a", "{}");
  await expect(receive(new Request(url, { method: "POST", headers, body: endless })), 413, "content_too_large");
  assert.ok(cancelled && pulled < 20);
  const stalled = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) });
  await expect(receive(new Request(url, { method: "POST", headers, body: stalled })), 408, "request_timeout");
  const hungUp = new ReadableStream({ pull: (controller) => controller.error(new Error("connection reset")) });
  await expect(receive(new Request(url, { method: "POST", headers, body: hungUp })), 400, "malformed");
});

Deno.test("a body that somebody has read before the receiver is a mistake: it surfaces", async () => {
  const seen: unknown[] = [];
  const receive = webhookReceiver({ secret, deliver: () => assert.fail(), onError: (error) => seen.push(error) });
  const request = signed("a", "{}");
  await request.text();
  await expect(receive(request), 500, "internal_error");
  assert.ok(seen[0] instanceof TypeError);
});

Deno.test("a delivery in work is answered 409, too many in flight 429, both with Retry-After", async () => {
  const busy = await expect(giving({ verdict: "busy", retryAfterMs: 1_200 })(signed("a", "{}")), 409, "busy");
  assert.equal(busy.headers.get("retry-after"), "2");
  let end = () => {};
  const held = new Promise<Verdict<void>>((done) => end = () => done({ verdict: "first", value: undefined }));
  const receive = webhookReceiver({ secret, deliver: () => held, inFlightMax: 2 });
  const inWork = [receive(signed("a", "{}")), receive(signed("b", "{}"))];
  const third = await expect(receive(signed("c", "{}")), 429, "too_many_in_flight");
  assert.equal(third.headers.get("retry-after"), "1");
  end();
  for (const one of inWork) await expect(one, 200, "first");
  await expect(receive(signed("c", "{}")), 200, "first");
});

Deno.test("a store that is down is answered 503 with Retry-After, without its address or its password", async () => {
  await using stage = await Stage.create();
  const { relay, url: road } = await Relay.to(stage.url);
  road.password = "hunter2hunter2";
  const dedupe = await stage.open({ url: road });
  await relay[Symbol.asyncDispose]();
  for (const kind of [StoreUnavailable, OutcomeUnknown]) {
    const records: LogRecord[] = [];
    const deliver = kind === OutcomeUnknown
      ? () => Promise.reject(new OutcomeUnknown("postgres://u:hunter2hunter2@db/x", { retryAfterMs: 3_000 }))
      : (event: { id: string; body: Uint8Array | string }) => dedupe.transactional(event, () => assert.fail());
    const receive = receiving(dedupe, { deliver, log: (record) => records.push(record) });
    const answer = await receive(signed("a", "{}"));
    assert.equal(answer.status, 503);
    assert.match(answer.headers.get("retry-after") ?? "", /^[13]$/);
    assert.doesNotMatch(await answer.text() + JSON.stringify(records), /hunter2/);
  }
});

Deno.test("a mistake of the handler is answered 500, reaches onError unchanged, and tells the sender nothing", async () => {
  await using stage = await Stage.create();
  const dedupe = await stage.open();
  const mistake = new RangeError("of customer jane@shop.test");
  const seen: unknown[] = [];
  const deliver: ReceiverOptions["deliver"] = (event) =>
    dedupe.transactional(event, () => {
      throw mistake;
    });
  const receive = receiving(dedupe, { deliver, onError: (error) => seen.push(error) });
  const answer = await receive(signed("a", "{}"));
  assert.equal(answer.status, 500);
  assert.doesNotMatch(await answer.text(), /jane/);
  assert.ok(seen[0] === mistake);
  const failing = receiving(dedupe, {
    deliver,
    onError: () => {
      throw new Error("of the hook");
    },
  });
  await expect(failing(signed("a", "{}")), 500, "internal_error");
});

Deno.test("while a secret is being replaced both are accepted", async () => {
  const next = `whsec_${randomBytes(24).toString("base64")}`;
  const receive = webhookReceiver({ secret: [next, secret], deliver: () => Promise.resolve({ verdict: "duplicate" }) });
  await expect(receive(signed("a", "{}")), 200, "duplicate");
  await expect(receive(signed("a", "{}", { secret: next })), 200, "duplicate");
});
