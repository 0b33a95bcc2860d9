/** Cuts and holds of messages whose beginning does not tell their length, for any way in which the bytes may arrive. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import type { Direction, Place } from "../core/place.ts";
import { type MadeFlows, makeFlows } from "../testing/made_flows.ts";
import { array, bulk, command, value } from "../testing/made_resp.ts";
import { queuedBytesMax } from "./flow.ts";
import { makeHold } from "./hold.ts";
import { bytesBefore, Places } from "./places.ts";
import { RedisFraming } from "./redis_framing.ts";

/** Flows on which something is armed for one operation that has begun. */
function armed(arm: (places: Places) => void): MadeFlows {
  const places = new Places("redis");
  places.begin("d1.1");
  arm(places);
  const connection = {};
  return makeFlows(new RedisFraming(), (direction, message) => places.meet(connection, direction, message));
}

const place = (direction: Direction, message: string, nth: number) =>
  ({ service: "redis", connection: 0, direction, message, nth }) as const;

function cutAt(
  at: ReturnType<typeof place>,
  byte: Place["byte"],
  struck: (what: string) => void = () => {},
): MadeFlows {
  return armed((places) => places.arm({ operation: "d1.1", place: { ...at, byte }, hold: undefined, struck }));
}

function holding(at: ReturnType<typeof place>, byte?: Place["byte"]) {
  const { hold, holding } = makeHold(() => {});
  const flows = armed((places) => {
    places.arm({ operation: "d1.1", place: at, hold: holding, struck: undefined });
    if (byte === undefined) return;
    places.arm({ operation: "d1.1", place: { ...at, byte }, hold: undefined, struck: () => {} });
  });
  return { hold, flows };
}

function inPieces(bytes: Buffer, sizes: readonly number[], take: (piece: Buffer) => void): void {
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    take(bytes.subarray(at, at += sizes[piece % sizes.length]!));
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 });
const sets = fc.array(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => command("SET", "k", bytes, "EX", "10")),
  { minLength: 1, maxLength: 5 },
);
const bytes = fc.oneof(fc.constantFrom("middle" as const, "end" as const), fc.nat({ max: 130 }));

Deno.test("a cut of a command lets exactly the bytes before its place pass, however it arrives", () => {
  fc.assert(
    fc.property(sets, fc.nat(), bytes, sizes, (sets, which, byte, sizes) => {
      const nth = which % sets.length;
      let struck = 0;
      const flows = cutAt(place("up", "SET", nth), byte, () => struck++);
      inPieces(Buffer.concat(sets), sizes, (bytes) => flows.say({ direction: "up", bytes }));
      const before = Buffer.concat(sets.slice(0, nth)).length;
      const passed = bytesBefore(byte, sets[nth]!.length);
      assert.deepEqual(Buffer.concat(flows.passed.up), Buffer.concat(sets).subarray(0, before + passed));
      assert.deepEqual([flows.struck, struck], [1, 1]);
      assert.equal(flows.messages.length, nth + (passed === sets[nth]!.length ? 1 : 0));
    }),
    { numRuns: 300 },
  );
});

Deno.test("a cut of a reply lets exactly the bytes before its place pass, however it arrives", () => {
  const replies = fc.array(value, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(replies, fc.nat(), bytes, sizes, (replies, which, byte, sizes) => {
      const index = which % replies.length;
      const cut = replies[index]!;
      const nth = replies.slice(0, index).filter(({ name }) => name === cut.name).length;
      const flows = cutAt(place("down", cut.name, nth), byte);
      const all = Buffer.concat(replies.map((reply) => reply.bytes));
      inPieces(all, sizes, (bytes) => flows.say({ direction: "down", bytes }));
      const before = Buffer.concat(replies.slice(0, index).map((reply) => reply.bytes)).length;
      assert.deepEqual(Buffer.concat(flows.passed.down), all.subarray(0, before + bytesBefore(byte, cut.bytes.length)));
      assert.equal(flows.struck, 1);
    }),
    { numRuns: 300 },
  );
});

Deno.test("a cut between the last two bytes of a reply passes the one and keeps the other", () => {
  for (const pieces of [[4], [1], [3, 1], [2, 2]]) {
    const flows = cutAt(place("down", "Integer", 0), 3);
    inPieces(Buffer.from(":1\r\n"), pieces, (bytes) => flows.say({ direction: "down", bytes }));
    assert.equal(Buffer.concat(flows.passed.down).toString(), ":1\r");
  }
});

Deno.test("a held command and all behind it wait until it is here whole, and nothing is lost at the release", () => {
  fc.assert(
    fc.property(sets, fc.nat(), fc.option(bytes, { nil: undefined }), sizes, (sets, which, byte, sizes) => {
      const nth = which % sets.length;
      const { hold, flows } = holding(place("up", "SET", nth), byte);
      const before = Buffer.concat(sets.slice(0, nth)).length;
      const all = Buffer.concat(sets);
      let said = 0;
      inPieces(all, sizes, (bytes) => {
        flows.say({ direction: "up", bytes });
        said += bytes.length;
        assert.equal(hold.isHeld, said >= before + sets[nth]!.length);
      });
      assert.deepEqual(Buffer.concat(flows.passed.up), all.subarray(0, before));
      hold.release();
      const end = byte === undefined ? all.length : before + bytesBefore(byte, sets[nth]!.length);
      assert.deepEqual(Buffer.concat(flows.passed.up), all.subarray(0, end));
    }),
    { numRuns: 300 },
  );
});

Deno.test("a command that never comes whole is not cut in its middle: what came of it passes, then the end", () => {
  const set = command("SET", "k", "a value", "EX", "10");
  for (const held of [false, true]) {
    const at = place("up", "SET", 0);
    const { hold, flows } = held ? holding(at, "middle") : { hold: undefined, flows: cutAt(at, "middle") };
    inPieces(set.subarray(0, 30), [7], (bytes) => flows.say({ direction: "up", bytes }));
    assert.equal(Buffer.concat(flows.passed.up).length, 0);
    flows.up.end("end");
    assert.equal(hold?.isHeld, hold && true);
    hold?.release();
    assert.deepEqual(Buffer.concat(flows.passed.up), set.subarray(0, 30));
    assert.deepEqual([flows.struck, flows.finished], [0, ["up end"]]);
  }
});

Deno.test("the middle of 16 MiB is found, and so is that of a message that never tells its length", () => {
  const set = command("SET", "k", Buffer.alloc(16 << 20, "x"), "EX", "10");
  const flows = cutAt(place("up", "SET", 0), "middle");
  inPieces(set, [64 << 10], (bytes) => flows.say({ direction: "up", bytes }));
  assert.equal(Buffer.concat(flows.passed.up).length, set.length >>> 1);

  const endless = cutAt(place("down", "Array", 0), "middle");
  endless.say({ direction: "down", bytes: Buffer.from("*?\r\n") });
  const megabyte = bulk(Buffer.alloc(1 << 20));
  for (let i = 0; i < 65; i++) endless.say({ direction: "down", bytes: megabyte });
  assert.equal(Buffer.concat(endless.passed.down).length, 32 << 20);
  assert.equal(endless.struck, 1);
});

Deno.test("a held command counts as held when it is too long to wait for, or makes no sense any more", () => {
  const long = holding(place("up", "SET", 0));
  const set = command("SET", "k", Buffer.alloc(2 * queuedBytesMax), "EX", "10");
  long.flows.say({ direction: "up", bytes: set.subarray(0, queuedBytesMax) });
  assert.ok(long.hold.isHeld);
  long.hold.release();
  long.flows.say({ direction: "up", bytes: set.subarray(queuedBytesMax) });
  assert.equal(Buffer.concat(long.flows.passed.up).length, set.length);
  assert.equal(long.flows.messages[0]!.bytes, set.length);

  const nonsense = holding(place("down", "Array", 0));
  nonsense.flows.say({ direction: "down", bytes: Buffer.from("*2\r\n:1\r\n") });
  assert.ok(!nonsense.hold.isHeld);
  nonsense.flows.say({ direction: "down", bytes: Buffer.from("nonsense") });
  assert.ok(nonsense.hold.isHeld);
  assert.equal(nonsense.flows.unknown, 0);
  nonsense.hold.release();
  nonsense.flows.say({ direction: "down", bytes: array(":1\r\n") });
  assert.equal(nonsense.flows.unknown, 1);
  assert.equal(Buffer.concat(nonsense.flows.passed.down).toString(), "*2\r\n:1\r\nnonsense*1\r\n:1\r\n");
});
