/** The framing of Redis by itself: conversations made of bytes, cut into pieces in every way. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { type MadeFlows, makeFlows, type Said } from "../testing/made_flows.ts";
import { array, command, value } from "../testing/made_resp.ts";
import { RedisFraming } from "./redis_framing.ts";

const words = fc.array(fc.oneof(fc.uint8Array({ maxLength: 30 }), fc.string({ maxLength: 8 })), { maxLength: 6 });
const verbs = fc.constantFrom(
  ..."GET set MULTI EXEC DISCARD EVAL EVALSHA SUBSCRIBE unsubscribe PING CLIENT SCRIPT MONITOR RESET WATCH FCALL".split(
    " ",
  ),
);
const long = fc.uint8Array({ minLength: 1_000, maxLength: 3_000 });
const asked = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(verbs, words).map(([verb, rest]) => command(verb, ...rest)) },
  { weight: 1, arbitrary: fc.tuple(verbs, long).map(([verb, value]) => command(verb, "k", value, "EX", "10")) },
  { weight: 1, arbitrary: verbs.map((verb) => Buffer.from(`${verb} a b\r\n`)) },
  { weight: 1, arbitrary: fc.constantFrom("*0\r\n", "*-1\r\n", "\r\n").map((empty) => Buffer.from(empty)) },
);
const turn = fc.oneof(
  fc.array(asked, { maxLength: 6 }).map((all): Said => ({ direction: "up", bytes: Buffer.concat(all) })),
  fc.array(value, { maxLength: 6 }).map((all): Said => ({
    direction: "down",
    bytes: Buffer.concat(all.map(({ bytes }) => bytes)),
  })),
);
const conversation = fc.array(turn, { maxLength: 8 });
/** Sizes of the pieces in which bytes arrive, used in turn. */
const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 2_000 })), {
  minLength: 1,
  maxLength: 12,
});

function pieces(turns: readonly Said[], sizes: readonly number[]): Said[] {
  let piece = 0;
  return turns.flatMap(({ direction, bytes }) => {
    const said: Said[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = sizes[piece++ % sizes.length]!;
      said.push({ direction, bytes: bytes.subarray(at, at + size) });
      at += size;
    }
    return said;
  });
}

function passing(turns: readonly Said[]): MadeFlows {
  const flows = makeFlows(new RedisFraming());
  for (const said of turns) flows.say(said);
  flows.up.end("end");
  flows.down.end("end");
  return flows;
}

const joined = (flows: MadeFlows) => ({ up: Buffer.concat(flows.passed.up), down: Buffer.concat(flows.passed.down) });
const said = (turns: readonly Said[]) => ({
  up: Buffer.concat(turns.filter((t) => t.direction === "up").map((t) => t.bytes)),
  down: Buffer.concat(turns.filter((t) => t.direction === "down").map((t) => t.bytes)),
});

Deno.test("any fragmentation of the bytes of Redis gives the same messages, and passes the same bytes", () => {
  fc.assert(
    fc.property(conversation, sizes, (turns, sizes) => {
      const whole = passing(turns);
      const split = passing(pieces(turns, sizes));
      assert.deepEqual(split.messages, whole.messages);
      assert.deepEqual(joined(split), said(turns));
      assert.equal(split.unknown, 0);
      const bytes = (direction: string) =>
        split.messages.filter((m) => m.direction === direction).reduce((sum, m) => sum + m.bytes, 0);
      assert.equal(bytes("up"), said(turns).up.length);
      assert.equal(bytes("down"), said(turns).down.length);
    }),
    { numRuns: 300 },
  );
});

Deno.test("every value of RESP 2 and 3 is one message with its name, its length, and whether it holds an error", () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 10 }), sizes, (values, sizes) => {
      const asked = values.filter(({ name }) => name !== "Push");
      const flows = passing([
        { direction: "up", bytes: Buffer.concat([command("GET", "first"), ...asked.map(() => command("GET", "k"))]) },
        { direction: "down", bytes: Buffer.from("+OK\r\n") },
        ...pieces([{ direction: "down", bytes: Buffer.concat(values.map(({ bytes }) => bytes)) }], sizes),
      ]);
      const replies = flows.messages.filter(({ direction }) => direction === "down").slice(1);
      assert.deepEqual(
        replies.map(({ name, bytes, error }) => ({ name, bytes, failed: error ?? false })),
        values.map(({ name, bytes, failed }) => ({ name, bytes: bytes.length, failed: failed && name !== "Push" })),
      );
      // Each answers the oldest command that has no reply; pushes answer none.
      const ordinals = replies.filter(({ last }) => last).map(({ request }) => request);
      assert.deepEqual(ordinals, asked.map((_, i) => i + 2));
    }),
    { numRuns: 300 },
  );
});

Deno.test("a reply counts once all has passed that its reader waits for, also where its last bytes never come", () => {
  const told = (text: string) => {
    const flows = passing([
      { direction: "up", bytes: command("GET", "k") },
      { direction: "down", bytes: Buffer.from(text) },
    ]);
    return flows.messages.slice(1).map(({ name, bytes, last, error }) => ({ name, bytes, last, error }));
  };
  const whole = (name: string, bytes: number, error = false) => [{ name, bytes, last: true, error }];
  assert.deepEqual(told(":1\r"), whole("Integer", 4));
  assert.deepEqual(told("*4\r\n:1\r\n:3\r\n:0\r\n:0\r"), whole("Array", 20));
  assert.deepEqual(told("*0\r"), whole("Array", 4));
  assert.deepEqual(told("$-1"), whole("Null", 5));
  assert.deepEqual(told("*2\r\n:1\r\n$-1\r"), whole("Array", 13));
  assert.deepEqual(told("-OOM x\r"), whole("Error", 8, true));
  for (const text of [":1", "*2\r\n:1\r", "*2\r\n:1\r\n*1\r", "$2\r", "$2\r\nab", "*1", "$-"]) {
    assert.deepEqual(told(text), [], text);
  }
});

Deno.test("garbage on a road to Redis never throws, passes unharmed and is counted once", () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc.string({ maxLength: 30, unit: fc.constantFrom(..."*$+-:;.|%~>_1230?\r\n") }).map((text) => Buffer.from(text)),
  );
  const garbage = fc.array(
    fc.tuple(fc.constantFrom("up" as const, "down" as const), noise).map(([direction, bytes]): Said => ({
      direction,
      bytes,
    })),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(garbage, sizes, (noise, sizes) => {
      const flows = passing(pieces(noise, sizes));
      assert.deepEqual(joined(flows), said(noise));
      assert.ok(flows.unknown <= 1);
    }),
    { numRuns: 500 },
  );
  const up = (text: string) => passing([{ direction: "up", bytes: Buffer.from(text) }]).unknown;
  assert.equal(up("*2\r\n$3\r\nGET\r\n:1\r\n"), 1);
  assert.equal(up("*x\r\n"), 1);
  assert.equal(up("\x80\x81"), 1);
  const down = (text: string) => passing([{ direction: "down", bytes: Buffer.from(text) }]).unknown;
  assert.equal(down("HTTP/1.1 400 Bad Request\r\n"), 1);
  assert.equal(down("$3x\r\nabc\r\n"), 1);
  assert.equal(down(".\r\n"), 1);
  assert.equal(down(":1\rX"), 1);
});

Deno.test("nonsense in the midst of a message ends the framing of both directions, and nothing is lost", () => {
  const turns: Said[] = [
    { direction: "up", bytes: command("GET", "k") },
    { direction: "down", bytes: Buffer.from("*3\r\n:1\r\n") },
    { direction: "down", bytes: Buffer.from("what?") },
    { direction: "up", bytes: command("GET", "k") },
    { direction: "down", bytes: array(":1\r\n") },
  ];
  const flows = passing(turns);
  assert.deepEqual(joined(flows), said(turns));
  assert.deepEqual(flows.messages.map(({ name }) => name), ["GET"]);
  assert.equal(flows.unknown, 1);
});

Deno.test("encryption to Redis passes uncut and is not counted as unknown", () => {
  const turns: Said[] = [
    { direction: "up", bytes: Buffer.from([0x16, 3, 1, 2, 0, 1]) },
    { direction: "down", bytes: Buffer.from([0x16, 3, 3, 0, 0x7a, 2]) },
  ];
  const flows = passing(turns);
  assert.deepEqual(joined(flows), said(turns));
  assert.deepEqual([flows.unknown, flows.messages.length], [0, 0]);
});

/** Time, in ms, in which bytes pass in pieces of this size; every piece passes at once. */
function passesInMs(bytes: Buffer, pieceBytes: number): number {
  const flows = makeFlows(new RedisFraming());
  const startMs = performance.now();
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    flows.say({ direction: "up", bytes: bytes.subarray(at, at + pieceBytes) });
    if (at > 0) assert.equal(flows.passed.up.at(-1)!.length, Math.min(pieceBytes, bytes.length - at));
  }
  const tookMs = performance.now() - startMs;
  assert.deepEqual(flows.messages.map((m) => m.bytes), [bytes.length]);
  return tookMs;
}

Deno.test("a long command passes piece by piece, and takes time in proportion to its length", () => {
  const value = Buffer.alloc(16 << 20, "x");
  assert.ok(passesInMs(command("SET", "k", value, "EX", "10"), 64 << 10) < 200);
  const pairs = (count: number) =>
    Buffer.concat([Buffer.from(`*${2 * count + 1}\r\n$4\r\nMSET\r\n`), Buffer.from("$2\r\nkv\r\n".repeat(2 * count))]);
  const [some, many] = [pairs(25_000), pairs(200_000)];
  passesInMs(some, 1_000);
  const [someMs, manyMs] = [passesInMs(some, 1_000), passesInMs(many, 1_000)];
  assert.ok(manyMs < 40 * Math.max(someMs, 2), `${someMs} ms, ${manyMs} ms`);
});
