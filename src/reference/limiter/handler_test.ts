/** The limiter as a handler: statuses, headers, and that "nobody knows" is never said as "too many". */

import assert from "node:assert/strict";
import { Relay } from "../dedupe/fixtures/relay.ts";
import { ownServers, RedisStage } from "../fixtures/redis_stage.ts";
import { RestrictedUser } from "../fixtures/restricted_user.ts";
import { type Failure, limitedHandler, type LimitedHandlerOptions, openLimiter } from "./mod.ts";

const start = await ownServers();

async function serving(stage: RedisStage, more: Partial<LimitedHandlerOptions> = {}, url: URL = stage.url) {
  const limiter = await openLimiter({ url, prefix: stage.prefix, limit: 2, windowMs: 30_000, deadlineMs: 300 });
  const handle = () => new Response("handled", { status: 201, headers: { "x-own": "1" } });
  const key = (request: Request) => request.headers.get("x-client") ?? "a";
  const answer = limitedHandler({ limiter, handle, key, ...more });
  const ask = (headers: HeadersInit = {}) =>
    answer(new Request("https://shop.test/", { method: "POST", body: "{}", headers }));
  return { ask, [Symbol.asyncDispose]: () => limiter.close() };
}

Deno.test("what is allowed is handled, and says how much is left; what is not is answered 429 and handled by nobody", async () => {
  await using stage = new RedisStage();
  await using server = await serving(stage);
  for (const remaining of [1, 0]) {
    const response = await server.ask();
    assert.deepEqual([response.status, await response.text(), response.headers.get("x-own")], [201, "handled", "1"]);
    assert.equal(response.headers.get("ratelimit-policy"), '"default";q=2;w=30');
    assert.match(response.headers.get("ratelimit") ?? "", new RegExp(`^"default";r=${remaining};t=(30|29)$`));
  }
  const response = await server.ask();
  assert.equal(response.status, 429);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  assert.match(response.headers.get("retry-after") ?? "", /^(30|29)$/);
  assert.match(response.headers.get("ratelimit") ?? "", /^"default";r=0;t=(30|29)$/);
  assert.equal(response.headers.get("ratelimit-policy"), '"default";q=2;w=30');
  const body = await response.json();
  assert.deepEqual([body.status, body.code, body["violated-policies"]], [429, "too_many_requests", ["default"]]);
  assert.match(body.type, /#quota-exceeded$/);
  assert.equal((await server.ask({ "x-client": "b" })).status, 201);
});

Deno.test("a request may cost more than one", async () => {
  await using stage = new RedisStage();
  await using server = await serving(stage, { cost: () => 2 });
  assert.deepEqual([(await server.ask()).status, (await server.ask()).status], [201, 429]);
});

Deno.test("with Redis down the answer is 503 with Retry-After, and nobody handles", async () => {
  await using stage = new RedisStage();
  const { relay, url } = await Relay.to(stage.url);
  let handled = 0;
  await using server = await serving(stage, { handle: () => new Response(String(++handled)) }, url);
  relay.gate = (chunk, way) => way === "down" && chunk.length > 0 ? undefined : chunk;
  const lost = await server.ask();
  assert.deepEqual([lost.status, (await lost.json()).code], [503, "outcome_unknown"]);
  await relay[Symbol.asyncDispose]();
  const down = await server.ask();
  assert.deepEqual([down.status, down.headers.get("retry-after"), down.headers.get("ratelimit")], [503, "1", null]);
  assert.equal((await down.json()).code, "store_unavailable");
  assert.equal(handled, 0);
});

Deno.test("what the handler or the key throws comes out unchanged", async () => {
  await using stage = new RedisStage();
  const mistake = new Error("mine");
  await using server = await serving(stage, { handle: () => Promise.reject(mistake) });
  await assert.rejects(server.ask(), (error) => error === mistake);
  await using keyless = await serving(stage, { key: () => "" });
  await assert.rejects(keyless.ask(), TypeError);
});

Deno.test("a response without a body stays without one, and keeps its cookies", async () => {
  await using stage = new RedisStage();
  const headers = new Headers([["set-cookie", "a=1"], ["set-cookie", "b=2"]]);
  await using server = await serving(stage, { handle: () => new Response(null, { status: 204, headers }) });
  const response = await server.ask();
  assert.deepEqual([response.status, response.body, response.headers.getSetCookie()], [204, null, ["a=1", "b=2"]]);
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
  await using serves = await serving(stage, { failed, handle: () => assert.fail("handled") }, user.url);
  await user.forbidScripts();
  const response = await serves.ask();
  const { status, headers } = response;
  assert.deepEqual([status, headers.get("retry-after"), headers.get("ratelimit")], [503, "60", null]);
  const text = await response.text();
  assert.equal(JSON.parse(text).code, "unsuitable_store");
  assert.doesNotMatch(text, /user|Redis/);
  assert.deepEqual(told.map(({ code }) => code), ["unsuitable_store"]);
});

Deno.test("what is given beside the request comes to the key, the cost and the handler", async () => {
  await using stage = new RedisStage();
  await using limiter = await openLimiter({ url: stage.url, prefix: stage.prefix, limit: 2, windowMs: 30_000 });
  const answer = limitedHandler({
    limiter,
    key: (_, info: { readonly address: string }) => info.address,
    cost: (_, { address }) => address.length,
    handle: (_, { address }) => new Response(address),
  });
  const request = () => new Request("https://shop.test/");
  assert.equal(await (await answer(request(), { address: "ab" })).text(), "ab");
  assert.equal((await answer(request(), { address: "ab" })).status, 429);
});
