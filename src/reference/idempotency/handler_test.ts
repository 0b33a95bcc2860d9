/** The checker as a handler: which request gets which status, and which response is replayed to whom. */

import assert from "node:assert/strict";
import { blackHole, Relay } from "../dedupe/fixtures/relay.ts";
import { ownServers, RedisStage, until } from "../fixtures/redis_stage.ts";
import { RestrictedUser } from "../fixtures/restricted_user.ts";
import { keyIn } from "./header.ts";
import { type Failure, idempotentHandler, type IdempotentHandlerOptions, openIdempotency } from "./mod.ts";

const start = await ownServers();

type Handle = IdempotentHandlerOptions["handle"];

interface Asked {
  readonly key?: string;
  readonly body?: BodyInit;
  readonly method?: string;
  readonly path?: string;
  readonly client?: string;
}

function ask({ key, body = "{}", method = "POST", path = "/pay", client = "a" }: Asked): Request {
  const headers = new Headers({ "x-client": client, "content-type": "application/json" });
  if (key !== undefined) headers.set("idempotency-key", key);
  const init = { method, headers, ...(method === "GET" ? {} : { body, duplex: "half" }) };
  return new Request(`https://shop.test${path}`, init as RequestInit);
}

async function serving(
  stage: RedisStage,
  handle: Handle,
  more: Partial<IdempotentHandlerOptions> & { url?: URL } = {},
) {
  const { url = stage.url, ...options } = more;
  const idempotency = await openIdempotency({ url, prefix: stage.prefix, deadlineMs: 500, resultBytesMax: 2_000 });
  const client = (request: Request) => request.headers.get("x-client") ?? "";
  const answer = idempotentHandler({ idempotency, client, handle, ...options });
  return { answer: (asked: Asked) => answer(ask(asked)), [Symbol.asyncDispose]: () => idempotency.close() };
}

async function expectProblem(response: Response, status: number, code: string): Promise<Response> {
  const body = await response.json();
  assert.deepEqual([response.status, body.status, body.code, body.type], [status, status, code, "about:blank"]);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  assert.ok(body.title && body.detail);
  return response;
}

Deno.test("a request is handled once, and its repetitions get the same response", async () => {
  await using stage = new RedisStage();
  let handled = 0;
  await using server = await serving(stage, async (request, lease) => {
    assert.equal(await request.text(), '{"cents":7}');
    assert.ok(lease !== undefined && request.headers.get("x-client") === "a" && !request.signal.aborted);
    const headers = new Headers({ "content-type": "application/octet-stream", location: "/payments/7" });
    headers.append("set-cookie", "a=1");
    headers.append("set-cookie", "b=2");
    return new Response(new Uint8Array([0, 255, ++handled]), { status: 201, headers });
  });
  for (let n = 0; n < 3; n++) {
    const response = await server.answer({ key: '"k1"', body: '{"cents":7}' });
    assert.equal(response.status, 201);
    assert.deepEqual([...new Uint8Array(await response.arrayBuffer())], [0, 255, 1]);
    assert.equal(response.headers.get("location"), "/payments/7");
    assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
    assert.equal(response.headers.get("idempotent-replayed"), n === 0 ? null : "true");
  }
  assert.equal(handled, 1);
});

Deno.test("a response without a body is replayed without one", async () => {
  await using stage = new RedisStage();
  await using server = await serving(stage, () => new Response(null, { status: 204 }));
  for (let n = 0; n < 2; n++) assert.equal((await server.answer({ key: '"k"' })).status, 204);
});

Deno.test("a key that is missing, or no string of structured fields, is answered 400 and handled by nobody", async () => {
  await using stage = new RedisStage();
  await using server = await serving(stage, () => assert.fail("handled"));
  await expectProblem(await server.answer({}), 400, "idempotency_key_missing");
  for (
    const key of ["k1", "", '""', '"a', "'a'", '"a", "b"', '"a" b', '"é"', `"${"x".repeat(256)}"`, '"a\\b"', ":YQ==:"]
  ) {
    await expectProblem(await server.answer({ key }), 400, "idempotency_key_malformed");
  }
  assert.deepEqual(
    ['"a"', ' "a" ', '"a b"', '"a\\"b\\\\"', '"a";v=1; w="x;y"', '"8e03978e-40d5"'].map(keyIn),
    ["a", "a", "a b", 'a"b\\', "a", "8e03978e-40d5"],
  );
});

Deno.test("other methods need no key and are handled as they are", async () => {
  await using stage = new RedisStage();
  await using server = await serving(stage, (_, lease) => new Response(String(lease)));
  assert.equal(await (await server.answer({ method: "GET" })).text(), "undefined");
  await expectProblem(await server.answer({ method: "PATCH" }), 400, "idempotency_key_missing");
});

Deno.test("a key that was used for another body or path is answered 422, and each client has keys of its own", async () => {
  await using stage = new RedisStage();
  let handled = 0;
  await using server = await serving(stage, () => new Response(String(++handled)));
  await server.answer({ key: '"k"' });
  await expectProblem(await server.answer({ key: '"k"', body: "[]" }), 422, "idempotency_key_reused");
  await expectProblem(await server.answer({ key: '"k"', path: "/pay?x" }), 422, "idempotency_key_reused");
  assert.equal(await (await server.answer({ key: '"k"', client: "b", body: "[]" })).text(), "2");
});

Deno.test("while a request is in work its repetition is answered 409 with Retry-After", async () => {
  await using stage = new RedisStage();
  const { promise, resolve } = Promise.withResolvers<Response>();
  await using server = await serving(stage, () => promise);
  const first = server.answer({ key: '"k"' });
  await until("it is in work", async () => (await stage.keys()).length === 1);
  const busy = await expectProblem(await server.answer({ key: '"k"' }), 409, "idempotency_key_in_use");
  assert.match(busy.headers.get("retry-after") ?? "", /^(29|30)$/);
  resolve(new Response("done"));
  assert.equal(await (await first).text(), "done");
});

Deno.test("a response that asks to come again is not kept, and a handler's error comes out unchanged", async () => {
  await using stage = new RedisStage();
  const mistake = new Error("mine");
  let handled = 0;
  await using server = await serving(stage, () => {
    handled++;
    if (handled === 1) return new Response("later", { status: 503, headers: { "retry-after": "7" } });
    if (handled === 2) throw mistake;
    return new Response(String(handled), { status: 400 });
  });
  const later = await server.answer({ key: '"k"' });
  assert.deepEqual([later.status, later.headers.get("retry-after"), await later.text()], [503, "7", "later"]);
  await assert.rejects(server.answer({ key: '"k"' }), (error) => error === mistake);
  for (let n = 0; n < 2; n++) {
    const final = await server.answer({ key: '"k"' });
    assert.deepEqual([final.status, await final.text()], [400, "3"]);
  }
});

Deno.test("a response that is too large to be kept is sent once, and its repetitions are answered 410", async () => {
  await using stage = new RedisStage();
  await using server = await serving(stage, () => new Response("x".repeat(3_000)));
  assert.equal((await (await server.answer({ key: '"k"' })).text()).length, 3_000);
  await expectProblem(await server.answer({ key: '"k"' }), 410, "response_not_kept");
});

Deno.test("a body that is too large is answered 413, one that does not come 408", async () => {
  await using stage = new RedisStage();
  const limits = { bodyBytesMax: 10, bodyMsMax: 50 };
  await using server = await serving(stage, () => assert.fail("handled"), limits);
  await expectProblem(await server.answer({ key: '"k"', body: "x".repeat(11) }), 413, "content_too_large");
  await expectProblem(await server.answer({ key: '"k"', body: new ReadableStream({}) }), 408, "request_timeout");
  const stream = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(4)) });
  await expectProblem(await server.answer({ key: '"k"', body: stream }), 413, "content_too_large");
  assert.throws(() => idempotentHandler({ bodyBytesMax: 0 } as IdempotentHandlerOptions), TypeError);
});

Deno.test("with Redis down or silent the answer is 503 with Retry-After within the deadline, and nobody handles", async () => {
  await using stage = new RedisStage();
  const { relay, url } = await Relay.to(stage.url);
  await using server = await serving(stage, () => assert.fail("handled"), { url });
  relay.gate = blackHole;
  const beganAtMs = performance.now();
  const silent = await expectProblem(await server.answer({ key: '"k"' }), 503, "store_unavailable");
  assert.equal(silent.headers.get("retry-after"), "1");
  assert.ok(performance.now() - beganAtMs < 2_000);
  await relay[Symbol.asyncDispose]();
  await expectProblem(await server.answer({ key: '"k"' }), 503, "store_unavailable");
});

Deno.test("a completion that is lost for good is answered 503: the client comes again, and is never told of a success", async () => {
  await using stage = new RedisStage();
  const { relay, url } = await Relay.to(stage.url);
  await using _ = relay;
  await using server = await serving(stage, () => {
    relay.gate = blackHole;
    return new Response("done");
  }, { url });
  await expectProblem(await server.answer({ key: '"k"' }), 503, "outcome_unknown");
});

Deno.test("a store that refuses the user is answered 503 without saying what is wrong, and whoever serves is told", async () => {
  await using server = await start();
  await using stage = new RedisStage();
  await using user = await RestrictedUser.on(server.url);
  const told: Failure[] = [];
  const failed = (failure: Failure) => {
    told.push(failure);
    throw new Error("what the hook throws is nobody's");
  };
  const handle = async () => {
    await user.forbidScripts();
    return new Response("done");
  };
  await using serves = await serving(stage, handle, { url: user.url, failed });
  await expectProblem(await serves.answer({ key: '"k"' }), 503, "outcome_unknown");
  const response = await serves.answer({ key: '"new"' });
  assert.equal(response.headers.get("retry-after"), "60");
  assert.doesNotMatch(await response.clone().text(), /user|Redis/);
  await expectProblem(response, 503, "unsuitable_store");
  assert.deepEqual(told.map(({ code }) => code), ["outcome_unknown", "unsuitable_store"]);
});

Deno.test("a response without an end is read no longer than the lease, and one that is too large is a mistake that is not repeated", async () => {
  await using stage = new RedisStage();
  let [handled, cancelled, given] = [0, 0, 0];
  const endless = () =>
    new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        controller.enqueue(new Uint8Array(1_000).fill(++given));
      },
      cancel: () => void cancelled++,
    });
  const handle = () => {
    handled++;
    return new Response(endless());
  };
  await using idempotency = await openIdempotency({
    url: stage.url,
    prefix: stage.prefix,
    deadlineMs: 500,
    leaseMs: 150,
  });
  const answer = idempotentHandler({ idempotency, client: () => "a", handle });
  await expectProblem(await answer(ask({ key: '"long"' })), 503, "lease_lost");
  await until("nobody reads on", () => cancelled === 1);
  const bounded = idempotentHandler({ idempotency, client: () => "a", handle, responseBytesMax: 5_000 });
  await assert.rejects(bounded(ask({ key: '"large"' })), RangeError);
  assert.deepEqual([handled, cancelled], [2, 2]);
  await expectProblem(await bounded(ask({ key: '"large"' })), 410, "response_not_kept");
  assert.equal(handled, 2);
});

Deno.test("a request of nobody, a response that is none, and methods that no request has are mistakes", async () => {
  await using stage = new RedisStage();
  for (const whose of [undefined, null, ""]) {
    await using server = await serving(stage, () => assert.fail("handled"), { client: () => whose as string });
    await assert.rejects(server.answer({ key: '"k"' }), TypeError);
  }
  await using server = await serving(stage, () => Response.error());
  await assert.rejects(server.answer({ key: '"k"' }), TypeError);
  for (const methods of [["post"], []]) {
    await assert.rejects(serving(stage, () => assert.fail("handled"), { methods }), /capitals/);
  }
});
