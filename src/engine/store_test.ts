/**
 * The store: what is written can be read, and whatever cannot be read is one clear sentence.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { Entry } from "../core/history.ts";
import type { Plan } from "../core/plan.ts";
import { readResults, readRun, runFolders, UnusableInput, writeRun } from "./store.ts";

const plan: Plan = {
  formatVersion: 1,
  scenario: "dedupe/some",
  identity: "seed 1 #0",
  seed: 1,
  instances: 3,
  warmUp: [],
  deliveries: [],
  faults: [],
  cuts: [],
  holds: [],
  choices: [],
};

const history: Entry[] = [
  {
    type: "run",
    atMs: 0,
    formatVersion: 1,
    scenario: "dedupe/some",
    identity: "seed 1 #0",
    subject: "some",
    promises: { answersWithinMs: 1, convergesWithinMs: 1 },
    graceMs: 1,
    versions: {},
  },
  { type: "phase", atMs: 1, phase: "end" },
];

/** A folder that is removed at the end of the test. */
async function temporary(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "nevertwice-store-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("readRun() gives what writeRun() wrote", async () => {
  await using folder = await temporary();
  await writeRun(join(folder.path, "runs", "0001"), { plan, history });
  assert.deepEqual(await readRun(join(folder.path, "runs", "0001")), { plan, history });
  assert.deepEqual(await runFolders(folder.path), [join(folder.path, "runs", "0001")]);
});

const damages: { what: string; file: string; text: string; says: RegExp }[] = [
  { what: "a plan that is no JSON", file: "plan.json", text: "{", says: /plan\.json": it is damaged or no JSON/ },
  { what: "JSON that is no plan", file: "plan.json", text: "[]", says: /it is JSON, but no plan/ },
  {
    what: "a plan of a newer format",
    file: "plan.json",
    text: JSON.stringify({ ...plan, formatVersion: 2 }),
    says: /format version 2 is newer than 1; use a newer nevertwice/,
  },
  {
    what: "a plan without a format version",
    file: "plan.json",
    text: JSON.stringify({ ...plan, formatVersion: undefined }),
    says: /no format version/,
  },
  {
    what: "a history with a damaged line",
    file: "history.jsonl",
    text: JSON.stringify(history[0]) + '\n{"type":\n',
    says: /history\.jsonl" line 2: it is damaged/,
  },
  { what: "a foreign history", file: "history.jsonl", text: '{"hello":1}\n', says: /first line does not say what ran/ },
];

for (const { what, file, text, says } of damages) {
  Deno.test(`readRun() refuses ${what} in one sentence`, async () => {
    await using folder = await temporary();
    await writeRun(folder.path, { plan, history });
    await Deno.writeTextFile(join(folder.path, file), text);
    await assert.rejects(readRun(folder.path), (error) => {
      assert.ok(error instanceof UnusableInput);
      assert.match(error.message, says);
      assert.ok(!error.message.includes("\n"));
      return true;
    });
  });
}

Deno.test("readRun() and readResults() say which file is missing", async () => {
  await using folder = await temporary();
  await assert.rejects(readRun(join(folder.path, "none")), /Cannot read .*plan\.json": there is no such file/);
  await assert.rejects(readResults(folder.path), /Cannot read .*results\.json": there is no such file/);
});
