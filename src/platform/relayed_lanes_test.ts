/**
 * Lanes behind an engine's relay.
 */
import assert from "node:assert/strict";
import { relayedLanes } from "./relayed_lanes.ts";

Deno.test("ports and processors limit the lanes behind a relay, and one is always left", () => {
  assert.equal(relayedLanes({ ports: 6, portsOfLane: 6 }), 1);
  assert.equal(relayedLanes({ ports: 5, portsOfLane: 6 }), 1);
  const many = { ports: 1_000_000, portsOfLane: 6 };
  assert.ok(relayedLanes(many) >= 2 && relayedLanes(many) <= 2 + 2 * navigator.hardwareConcurrency);
  assert.equal(relayedLanes({ ...many, seldom: 2 }), relayedLanes(many) + 2);
});
