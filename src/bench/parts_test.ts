/** Which parts of the bench are measured: those whose names hold a word that was given. */

import assert from "node:assert/strict";
import { parts, partsOf } from "./parts.ts";

Deno.test("a word chooses the parts that have it in their names, none chooses all, and a strange one chooses nothing", () => {
  const names = (...words: string[]) => partsOf(words).map(({ name }) => name);
  assert.deepEqual(partsOf([]), parts);
  assert.ok(names("redis").length > 1 && names("redis").every((name) => name.startsWith("redis ")));
  assert.deepEqual(names("limiter", "judging"), ["redis limiter calls", "judging"]);
  assert.deepEqual(names("mongo"), []);
});
