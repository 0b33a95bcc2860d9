/** The framing by itself: conversations made of bytes, cut into pieces in every way. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { type MadeFlows, makeFlows, message, number, type Said, startup } from "../testing/made_flows.ts";
import { PostgresFraming } from "./postgres_framing.ts";

const hello = startup(196608, "user\0secret\0\0");
const ready = message("Z", "I");
const greeting: Said[] = [
  { direction: "up", bytes: hello },
  { direction: "down", bytes: Buffer.concat([message("R", number(0)), message("K", number(4711, "1234")), ready]) },
];

const body = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const long = fc.uint8Array({ minLength: 1_000, maxLength: 3_000 }).map((bytes) => Buffer.from(bytes));
const spoken = (types: string) =>
  fc.tuple(fc.constantFrom(...types), fc.oneof({ weight: 9, arbitrary: body }, long)).map(([type, b]) =>
    message(type, b)
  );
const upMessage = spoken("BCdcfDEHFPpQSX");
const downMessage = fc.oneof(
  spoken("23CdcGHDIEVnNAtS1sTZ"),
  fc.constantFrom(0, 3, 5, 10, 11, 12).map((asked) => message("R", number(asked, "salt"))),
);
const turn = fc.oneof(
  fc.array(upMessage, { maxLength: 6 }).map((all): Said => ({ direction: "up", bytes: Buffer.concat(all) })),
  fc.array(downMessage, { maxLength: 6 }).map((all): Said => ({ direction: "down", bytes: Buffer.concat(all) })),
);
const conversation = fc.array(turn, { maxLength: 8 }).map((turns) => [...greeting, ...turns]);
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
  const flows = makeFlows(new PostgresFraming());
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

Deno.test("any fragmentation of the bytes gives the same messages, and passes the same bytes", () => {
  fc.assert(fc.property(conversation, sizes, (turns, sizes) => {
    const whole = passing(turns);
    const split = passing(pieces(turns, sizes));
    assert.deepEqual(split.messages, whole.messages);
    assert.deepEqual(joined(split), said(turns));
    assert.equal(split.unknown, 0);
    const bytes = (direction: string) =>
      split.messages.filter((m) => m.direction === direction).reduce((sum, m) => sum + m.bytes, 0);
    assert.equal(bytes("up"), said(turns).up.length);
    assert.equal(bytes("down"), said(turns).down.length);
  }));
});

Deno.test("garbage never throws, passes unharmed and is counted once", () => {
  const garbage = fc.array(
    fc.tuple(fc.constantFrom("up" as const, "down" as const), body).map(([direction, bytes]): Said => ({
      direction,
      bytes,
    })),
    { maxLength: 12 },
  );
  fc.assert(fc.property(fc.boolean(), garbage, sizes, (greeted, noise, sizes) => {
    const turns = greeted ? [...greeting, ...noise] : noise;
    const flows = passing(pieces(turns, sizes));
    assert.deepEqual(joined(flows), said(turns));
    assert.ok(flows.unknown <= 1);
  }));
  assert.equal(passing([...greeting, { direction: "up", bytes: Buffer.from("GET / HTTP/1.1\r\n\r\n") }]).unknown, 1);
  assert.equal(passing([{ direction: "up", bytes: Buffer.from("GET / HTTP/1.1\r\n\r\n") }]).unknown, 1);
  assert.equal(passing([...greeting, { direction: "up", bytes: message("Q").fill(0, 1) }]).unknown, 1);
});

/** `up Query 1 "select ?"`, one line a message. */
function lines(flows: MadeFlows): string[] {
  return flows.messages.map((m) =>
    [
      m.direction,
      m.name,
      m.request,
      m.text === undefined ? "" : JSON.stringify(m.text),
      m.last ? "last" : "",
      m.error ? "error" : "",
    ]
      .filter((part) => part !== "").join(" ")
  );
}

Deno.test("replies belong to the request that they answer, also when requests are pipelined", () => {
  const up = (...all: Buffer[]): Said => ({ direction: "up", bytes: Buffer.concat(all) });
  const down = (...all: Buffer[]): Said => ({ direction: "down", bytes: Buffer.concat(all) });
  const flows = passing([
    ...greeting,
    up(message("P", "s1\0select 7\0\0\0"), message("H")),
    down(message("1")),
    up(message("B", "p1\0s1\0\0\0\0\0\0\0"), message("E", "p1\0\0\0\0\0"), message("S")),
    up(message("Q", "insert into t values ('x')\0")),
    down(message("2"), message("D", "\0\0"), message("C", "SELECT 1\0"), message("Z", "I")),
    down(message("E", "SERROR\0VERROR\0C23505\0Mduplicate\0\0"), message("Z", "E")),
    up(message("X")),
  ]);
  assert.deepEqual(lines(flows).slice(1), [
    "down AuthenticationOk 0",
    "down BackendKeyData 0",
    'down ReadyForQuery 0 "I" last',
    'up Parse 1 "select ?"',
    "up Flush 1",
    "down ParseComplete 1",
    'up Bind 1 "select ?"',
    'up Execute 1 "select ?"',
    "up Sync 1",
    'up Query 2 "insert into t values (?)"',
    "down BindComplete 1",
    "down DataRow 1",
    'down CommandComplete 1 "SELECT 1"',
    'down ReadyForQuery 1 "I" last',
    'down ErrorResponse 2 "23505"',
    'down ReadyForQuery 2 "E" last error',
    "up Terminate 3",
  ]);
});

Deno.test("a Sync that comes before COPY data ends no request, for the server ignores it", () => {
  const flows = passing([
    ...greeting,
    { direction: "up", bytes: Buffer.concat([message("E", "\0\0\0\0\0"), message("S")]) },
    { direction: "down", bytes: message("G", "\0\0\0") },
    { direction: "up", bytes: Buffer.concat([message("d", "row"), message("c"), message("S")]) },
    { direction: "down", bytes: Buffer.concat([message("C", "COPY 1\0"), ready]) },
  ]);
  assert.deepEqual(lines(flows).slice(4).map((line) => line.split(" ").slice(1, 3).join(" ")), [
    "Execute 1",
    "Sync 1",
    "CopyInResponse 1",
    "CopyData 1",
    "CopyDone 1",
    "Sync 1",
    "CommandComplete 1",
    "ReadyForQuery 1",
  ]);
});

Deno.test("what the client answers to a demand for a password is named by the demand, and never shown", () => {
  const flows = passing([
    { direction: "up", bytes: hello },
    { direction: "down", bytes: message("R", number(10, "SCRAM-SHA-256\0\0")) },
    { direction: "up", bytes: message("p", "SCRAM-SHA-256\0secret") },
    { direction: "down", bytes: message("R", number(11, "r=nonce")) },
    { direction: "up", bytes: message("p", "secret") },
    { direction: "down", bytes: Buffer.concat([message("R", number(12, "v=sig")), message("R", number(0)), ready]) },
  ]);
  assert.deepEqual(lines(flows), [
    "up StartupMessage 0",
    "down AuthenticationSASL 0",
    "up SASLInitialResponse 0",
    "down AuthenticationSASLContinue 0",
    "up SASLResponse 0",
    "down AuthenticationSASLFinal 0",
    "down AuthenticationOk 0",
    'down ReadyForQuery 0 "I" last',
  ]);
});

Deno.test("an offer of encryption is answered with N and kept from the server, or passed and believed", () => {
  const refused = passing([{ direction: "up", bytes: startup(80877103) }, ...greeting]);
  assert.equal(Buffer.concat(refused.answers).toString(), "N");
  assert.equal(joined(refused).up.length, hello.length);
  assert.equal(refused.messages[0]!.name, "StartupMessage");

  const passed = makeFlows(new PostgresFraming("pass"));
  passed.say({ direction: "up", bytes: startup(80877103) });
  passed.say({ direction: "down", bytes: Buffer.from("S") });
  passed.say({ direction: "up", bytes: Buffer.from([0x16, 3, 1, 2, 0, 1]) });
  passed.say({ direction: "down", bytes: Buffer.from([0x16, 3, 3, 0, 0x7a, 2]) });
  assert.deepEqual(passed.messages.map((m) => m.name), ["SSLRequest", "SSLResponse"]);
  assert.equal(passed.unknown, 0);
  assert.equal(joined(passed).up.length, 8 + 6);
});
