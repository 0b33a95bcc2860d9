/**
 * The published schema of results.json against what the code calls `Results`: it must take what we write and refuse words
 * that do not exist, so that a program may rely on it.
 */

import assert from "node:assert/strict";
import { Ajv } from "ajv";
import { type Results, resultsVersion } from "../core/results.ts";
import schema from "../../docs/results.schema.json" with { type: "json" };
import { emptySession, typicalSession, violatedSession } from "./made_session.ts";

const valid = new Ajv({ strict: true, allErrors: true }).compile(schema);

function refuses(results: unknown, at: string): void {
  assert.equal(valid(results), false, `taken, although ${at} is wrong`);
  assert.ok(valid.errors?.some((error) => error.instancePath === at), JSON.stringify(valid.errors));
}

function withScenario(change: Record<string, unknown>): unknown {
  const { results } = typicalSession();
  return { ...results, scenarios: [{ ...results.scenarios[0]!, ...change }] };
}

Deno.test("the schema takes the results of every made session", () => {
  for (const { results } of [emptySession(), typicalSession(), violatedSession()]) {
    // As a reader gets them: through a file.
    assert.ok(valid(JSON.parse(JSON.stringify(results))), JSON.stringify(valid.errors));
  }
});

Deno.test("the schema refuses a newer format version", () => {
  refuses({ ...typicalSession().results, formatVersion: resultsVersion + 1 }, "/formatVersion");
});

Deno.test("the schema refuses unknown words for outcomes, verdicts, expectations and kinds", () => {
  refuses({ ...typicalSession().results, outcome: "passed" }, "/outcome");
  refuses(withScenario({ verdict: "passed" }), "/scenarios/0/verdict");
  refuses(withScenario({ expect: "skipped" }), "/scenarios/0/expect");
  refuses(withScenario({ kind: "test" }), "/scenarios/0/kind");
  refuses(
    withScenario({ properties: [{ name: "p", claim: "c", verdict: "skipped", examined: 1 }] }),
    "/scenarios/0/properties/0/verdict",
  );
});

Deno.test("the schema refuses exit codes that no session ends with", () => {
  refuses({ ...typicalSession().results, exitCode: 4 }, "/exitCode");
});

Deno.test("the schema refuses a field that is missing, and one that it does not know", () => {
  const { why: _, ...without } = typicalSession().results;
  refuses(without, "");
  refuses(withScenario({ verdictt: "holds" }), "/scenarios/0");
});

Deno.test("the schema requires every field that `Results` requires", () => {
  const required: Record<keyof Results, true | undefined> = {
    formatVersion: true,
    outcome: true,
    why: true,
    exitCode: true,
    seed: true,
    startedAt: true,
    seconds: true,
    interrupted: true,
    budget: true,
    command: true,
    scenariosFolder: undefined,
    shard: undefined,
    stack: true,
    versions: true,
    commit: undefined,
    machine: true,
    scenarios: true,
    remarks: true,
  };
  assert.deepEqual(Object.keys(schema.properties).sort(), Object.keys(required).sort());
  assert.deepEqual(
    [...schema.required].sort(),
    Object.keys(required).filter((key) => required[key as keyof Results]).sort(),
  );
});
