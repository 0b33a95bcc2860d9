/**
 * The nearest name to a word, whole or in part.
 */

import assert from "node:assert/strict";
import { nearest } from "./nearest.ts";

const names = ["dedupe", "limits", "dedupe/fails_open_is_caught", "dedupe/leased_holds_at_every_place"];

for (
  const [word, name] of [
    ["deduep", "dedupe"],
    ["fails_opn", "dedupe/fails_open_is_caught"],
    ["leased_hold_at", "dedupe/leased_holds_at_every_place"],
    ["dedupe/leased_hold_at_every_place", "dedupe/leased_holds_at_every_place"],
    ["Limitz", "limits"],
  ] as const
) {
  Deno.test(`nearest() finds "${name}" for "${word}"`, () => assert.equal(nearest(word, names), name));
}

Deno.test("nearest() finds nothing where there is nothing", () => assert.equal(nearest("dedupe", []), undefined));
