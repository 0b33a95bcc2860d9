/**
 * Scenarios are found by listing their folder, chosen by words, and refused in one sentence when they are none.
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { choose, discoverScenarios } from "./discover.ts";
import { UnusableInput } from "./store.ts";

const scenarios = fileURLToPath(new URL("../../scenarios", import.meta.url));

async function folderWith(name: string, text: string): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "nevertwice-scenarios-" });
  await Deno.writeTextFile(join(path, name), text);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("discoverScenarios() finds every scenario of this repository, sorted by path", async () => {
  const found = await discoverScenarios(scenarios);
  const paths = found.map(({ path }) => path);
  assert.ok(paths.includes("dedupe/transactional_holds_at_every_place"));
  assert.deepEqual(paths, [...paths].sort());
});

Deno.test("choose() takes those whose path or title holds the word, with the controls of their properties", async () => {
  const all = await discoverScenarios(scenarios);
  const chosen = choose(all, ["leased_holds_at_every_place"]);
  const claims = chosen.filter(({ scenario }) => scenario.kind === "claim").map(({ path }) => path);
  assert.deepEqual(claims, ["dedupe/leased_holds_at_every_place"]);
  assert.ok(chosen.some(({ scenario }) => scenario.kind === "control"));
});

Deno.test("choose() suggests the nearest name for one that finds nothing", async () => {
  const all = await discoverScenarios(scenarios);
  assert.throws(
    () => choose(all, ["dedupee"]),
    (error) => error instanceof UnusableInput && /did you mean "dedupe"\?/.test(error.message),
  );
});

const wrongs: { what: string; text: string; says: RegExp }[] = [
  { what: "throws", text: "throw new Error('no database today');", says: /"wrong": it throws "no database today"/ },
  { what: "exports nothing", text: "export const a = 1;", says: /"wrong": it has no default export/ },
  { what: "exports something else", text: "export default { kind: 'recipe' };", says: /"wrong": its kind is "recipe"/ },
  {
    what: "claims nothing",
    text:
      "export default { kind: 'claim', title: 't', subject: { name: 's', needs: ['redis'], host: { command: ['x'] }, promises: { answersWithinMs: 1, convergesWithinMs: 1 } }, plans: { strategy: 'cuts', operation: { key: 'k' }, disturb: [] }, properties: [] };",
    says: /it claims no property/,
  },
  {
    what: "needs a store that nobody has",
    text:
      "export default { kind: 'claim', title: 't', subject: { name: 's', needs: ['mysql'], host: { command: ['x'] }, promises: { answersWithinMs: 1, convergesWithinMs: 1 } } };",
    says: /its subject does not say which stores it needs \(postgres, redis\)/,
  },
];

for (const { what, text, says } of wrongs) {
  Deno.test(`discoverScenarios() refuses a file that ${what}, by its name`, async () => {
    await using folder = await folderWith("wrong.ts", text);
    await assert.rejects(
      discoverScenarios(folder.path),
      (error) => error instanceof UnusableInput && says.test(error.message),
    );
  });
}
