/** How places are counted, drawn as the messages that come by. */

import assert from "node:assert/strict";
import type { MessagePlace } from "../core/place.ts";
import { type Armed, Places } from "./places.ts";

const at = (place: Partial<MessagePlace>): Armed => ({
  operation: "d1.1",
  place: { service: "postgres", connection: 0, direction: "up", message: "Query", nth: 0, ...place },
  hold: undefined,
  struck: undefined,
});
const [a, b] = [{ name: "a" }, { name: "b" }];

Deno.test("a place is counted from the moment at which its operation began", () => {
  const places = new Places("postgres");
  const armed = at({ nth: 1 });
  places.arm(armed);
  assert.equal(places.meet(a, "up", "Query"), undefined);
  places.begin("d1.1");
  assert.equal(places.meet(a, "up", "Query"), undefined);
  assert.equal(places.meet(a, "down", "Query"), undefined);
  assert.deepEqual(places.meet(a, "up", "Query"), [armed]);
  assert.equal(places.meet(a, "up", "Query"), undefined);
});

Deno.test("connections are counted in the order in which they carry a message", () => {
  const places = new Places("postgres");
  const armed = at({ connection: 1 });
  places.arm(armed);
  places.begin("d1.1");
  assert.equal(places.meet(b, "down", "NoticeResponse"), undefined);
  assert.deepEqual(places.meet(a, "up", "Query"), [armed]);
});

Deno.test("operations that are under way at once count each for itself", () => {
  const places = new Places("postgres");
  const first = at({ nth: 1 });
  const second = { ...at({ nth: 0 }), operation: "d2.1" };
  places.arm(first);
  places.arm(second);
  places.begin("d1.1");
  assert.equal(places.operation, "d1.1");
  assert.equal(places.meet(a, "up", "Query"), undefined);
  places.begin("d2.1");
  assert.equal(places.operation, undefined);
  assert.deepEqual(places.meet(a, "up", "Query"), [first, second]);
  places.end("d1.1");
  assert.equal(places.operation, "d2.1");
});

Deno.test("what comes after an operation's end is its own until the next one begins", () => {
  const places = new Places("postgres");
  const armed = at({ direction: "down", message: "ReadyForQuery" });
  places.arm(armed);
  places.begin("d1.1");
  places.end("d1.1");
  assert.equal(places.operation, undefined);
  assert.deepEqual(places.meet(a, "down", "ReadyForQuery"), [armed]);
  places.arm(armed);
  places.begin("d1.2");
  assert.equal(places.meet(a, "down", "ReadyForQuery"), undefined);
});

Deno.test("what was disarmed is not met", () => {
  const places = new Places("postgres");
  const armed = at({});
  places.arm(armed);
  places.disarm(armed);
  places.begin("d1.1");
  assert.equal(places.meet(a, "up", "Query"), undefined);
});
