/** Cuts and holds by bytes alone, for any way in which the bytes may arrive. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import type { Place } from "../core/place.ts";
import { type MadeFlows, makeFlows, message, startup } from "../testing/made_flows.ts";
import { queuedBytesMax } from "./flow.ts";
import { makeHold } from "./hold.ts";
import { type Armed, bytesBefore, Places } from "./places.ts";
import { PostgresFraming } from "./postgres_framing.ts";

const hello = startup(196608, "user\0me\0\0");
const query = (text: string) => message("Q", `${text}\0`);
const place = (message: string, nth: number) =>
  ({ service: "postgres", connection: 0, direction: "up", message, nth }) as const;

/** Flows on which something is armed for one operation that has begun. */
function armed(arm: (places: Places) => void): MadeFlows {
  const places = new Places("postgres");
  places.begin("d1.1");
  arm(places);
  const connection = {};
  return makeFlows(new PostgresFraming(), (direction, message) => places.meet(connection, direction, message));
}

function cutAt(nth: number, byte: Place["byte"], struck: (what: string) => void): MadeFlows {
  return armed((places) =>
    places.arm({ operation: "d1.1", place: { ...place("Query", nth), byte }, hold: undefined, struck })
  );
}

function inPieces(bytes: Buffer, sizes: readonly number[], take: (piece: Buffer) => void): void {
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    take(bytes.subarray(at, at += sizes[piece % sizes.length]!));
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 });
const texts = fc.array(fc.string({ maxLength: 20 }), { minLength: 1, maxLength: 5 });

Deno.test("a cut lets exactly the bytes before its place pass, and strikes once", () => {
  const byte = fc.oneof(fc.constantFrom("middle" as const, "end" as const), fc.nat({ max: 30 }));
  fc.assert(fc.property(texts, fc.nat(), byte, sizes, (texts, which, byte, sizes) => {
    const nth = which % texts.length;
    const queries = texts.map(query);
    const struck: string[] = [];
    const flows = cutAt(nth, byte, (what) => struck.push(what));
    const all = Buffer.concat([hello, ...queries]);
    inPieces(all, sizes, (bytes) => flows.say({ direction: "up", bytes }));
    const before = Buffer.concat([hello, ...queries.slice(0, nth)]).length;
    const passed = bytesBefore(byte, queries[nth]!.length);
    assert.deepEqual(Buffer.concat(flows.passed.up), all.subarray(0, before + passed));
    assert.equal(flows.struck, 1);
    assert.equal(struck.length, 1);
    // Only whole messages are recorded.
    assert.equal(flows.messages.length, 1 + nth + (passed === queries[nth]!.length ? 1 : 0));
    flows.say({ direction: "down", bytes: message("Z", "I") });
    assert.equal(flows.passed.down.length, 0);
  }));
});

Deno.test("a cut says in words what it let through", () => {
  let said = "";
  cutAt(0, "middle", (what) => said = what).say({ direction: "up", bytes: Buffer.concat([hello, query("select 1")]) });
  assert.equal(said, "7 of 14 bytes of postgres#0 up Query[0] @middle let through, then both directions closed");
});

function holding(message: string, nth: number) {
  let unarm = () => {};
  const { hold, holding } = makeHold(() => unarm());
  const flows = armed((places) => {
    const armed: Armed = { operation: "d1.1", place: place(message, nth), hold: holding, struck: undefined };
    places.arm(armed);
    unarm = () => places.disarm(armed);
  });
  return { hold, flows };
}

Deno.test("a held message and all behind it wait, the other direction goes on, and nothing is lost at the release", () => {
  fc.assert(fc.property(texts, fc.nat(), sizes, (texts, which, sizes) => {
    const nth = which % texts.length;
    const queries = texts.map(query);
    const { hold, flows } = holding("Query", nth);
    const all = Buffer.concat([hello, ...queries]);
    inPieces(all, sizes, (bytes) => flows.say({ direction: "up", bytes }));
    const before = Buffer.concat([hello, ...queries.slice(0, nth)]).length;
    assert.ok(hold.isHeld);
    assert.deepEqual(Buffer.concat(flows.passed.up), all.subarray(0, before));
    flows.say({ direction: "down", bytes: message("Z", "I") });
    assert.equal(flows.passed.down.length, 1);
    flows.up.end("reset");
    assert.deepEqual(flows.finished, []);
    hold.release();
    assert.ok(!hold.isHeld);
    assert.deepEqual(Buffer.concat(flows.passed.up), all);
    // What was asked before the reset is delivered, so only an end may follow it.
    assert.deepEqual(flows.finished, ["up end"]);
  }));
});

Deno.test("a message counts as held once it is here whole, or its sender is gone, or it is too long to wait for", () => {
  const half = (flows: MadeFlows) =>
    flows.say({ direction: "up", bytes: Buffer.concat([hello, query("select 1").subarray(0, 9)]) });
  const whole = holding("Query", 0);
  half(whole.flows);
  assert.ok(!whole.hold.isHeld);
  whole.flows.say({ direction: "up", bytes: query("select 1").subarray(9) });
  assert.ok(whole.hold.isHeld);

  const gone = holding("Query", 0);
  half(gone.flows);
  gone.flows.up.end("end");
  assert.ok(gone.hold.isHeld);
  gone.hold.release();
  assert.equal(Buffer.concat(gone.flows.passed.up).length, hello.length + 9);
  assert.deepEqual(gone.flows.finished, ["up end"]);

  const long = holding("Query", 0);
  const bytes = query("x".repeat(2 * queuedBytesMax));
  long.flows.say({ direction: "up", bytes: Buffer.concat([hello, bytes.subarray(0, queuedBytesMax)]) });
  assert.ok(long.hold.isHeld);
  long.hold.release();
  long.flows.say({ direction: "up", bytes: bytes.subarray(queuedBytesMax) });
  assert.equal(Buffer.concat(long.flows.passed.up).length, hello.length + bytes.length);
});

Deno.test("a hold that is disarmed holds nothing, before and after its message has begun", () => {
  const before = holding("Query", 0);
  before.hold.disarm();
  before.flows.say({ direction: "up", bytes: Buffer.concat([hello, query("a")]) });
  assert.equal(before.flows.messages.length, 2);

  const begun = holding("Query", 0);
  begun.flows.say({ direction: "up", bytes: Buffer.concat([hello, query("a").subarray(0, 5)]) });
  begun.hold.release();
  begun.flows.say({ direction: "up", bytes: query("a").subarray(5) });
  assert.equal(begun.flows.messages.length, 2);
  assert.ok(!begun.hold.isHeld);
});

Deno.test("two holds at one message both have to let go, and a cut at it strikes after them", () => {
  const first = makeHold(() => {});
  const second = makeHold(() => {});
  const flows = armed((places) => {
    for (const { holding } of [first, second]) {
      places.arm({ operation: "d1.1", place: place("Query", 0), hold: holding, struck: undefined });
    }
    places.arm({ operation: "d1.1", place: { ...place("Query", 0), byte: 1 }, hold: undefined, struck: () => {} });
  });
  flows.say({ direction: "up", bytes: Buffer.concat([hello, query("a")]) });
  first.hold.release();
  assert.equal(flows.struck, 0);
  second.hold.release();
  assert.equal(flows.struck, 1);
  assert.equal(Buffer.concat(flows.passed.up).length, hello.length + 1);
});
