/** The page of safeguards is what it is made from, the promises are those that scenarios name, and no removal is stale. */

import assert from "node:assert/strict";
import { propertiesOf } from "../../core/scenario.ts";
import type { ScenarioResult } from "../../core/results.ts";
import { discoverScenarios } from "../../engine/discover.ts";
import { allRemovals, type NamedRemoval } from "./all_removals.ts";
import type { Session } from "./checkout.ts";
import { allChapters, currentPage, pageOf, pageUrl, proofsOf, scenariosFolder } from "./page.ts";
import { type Edit, edited, removal } from "./removal.ts";
import { findingOf } from "./taken_out.ts";

const scenarios = await discoverScenarios(scenariosFolder);
const removals = await allRemovals();
const promises = allChapters.flatMap((chapter) => chapter.promises);
const ids = new Set(promises.map(({ id }) => id));
const read = (file: string) => Deno.readTextFileSync(new URL(`../../../${file}`, import.meta.url));

Deno.test("docs/safeguards.md is what the scenarios say (else: deno task safeguards --write)", async () => {
  assert.equal(await Deno.readTextFile(pageUrl), await currentPage());
});

Deno.test("each promise has a name of its own, and scenarios name no other", () => {
  assert.equal(ids.size, promises.length);
  for (const id of ids) assert.match(id, /^[a-z0-9]+(-[a-z0-9]+)*$/);
  const unknown = scenarios.flatMap(({ path, scenario }) =>
    namedBy(scenario).filter((id) => !ids.has(id)).map((id) => `${path} names ${id}`)
  );
  assert.deepEqual(unknown, []);
});

Deno.test("a promise that says where it is tested is tested there", () => {
  for (const { id, tested = [] } of promises) {
    for (const { file, name } of tested) {
      assert.ok(read(file).includes(`Deno.test("${name}`), `${id}: ${file}: ${name}`);
    }
  }
});

Deno.test("a removal takes out what stands in the reference, once, and names the claim that proves its promise", () => {
  for (const { name, edits, promise, expects } of removals) {
    const texts = new Map<string, string>();
    for (const edit of edits) {
      assert.match(edit.file, /^src\/reference\/(?!flawed\/)/, name);
      texts.set(edit.file, edited(texts.get(edit.file) ?? read(edit.file), edit));
    }
    assert.ok(ids.has(promise), `${name}: ${promise}`);
    const found = scenarios.find(({ path }) => path === expects.scenario);
    assert.equal(found?.scenario.kind, "claim", `${name}: ${expects.scenario}`);
    if (!("violates" in expects)) continue;
    assert.ok(proofsOf(promise, scenarios).includes(found!), `${name}: ${expects.scenario} does not prove ${promise}`);
    assert.ok(propertiesOf(found!.scenario).some((property) => property.name === expects.violates), name);
  }
});

Deno.test("edited() refuses what is missing, and what stands there twice", () => {
  const edit: Edit = { file: "a.ts", before: "x", after: "$&" };
  assert.equal(edited("axb", edit), "a$&b");
  assert.throws(() => edited("ab", edit), /stands 0 times in a\.ts, not once/);
  assert.throws(() => edited("xx", edit), /stands 2 times/);
});

Deno.test("pageOf() says of a promise without a scenario that it is not proved, and where else it is tested", () => {
  const tested = [{ file: "src/a_test.ts", name: "it" }];
  const chapter = { title: "T", promises: [{ id: "one", says: "One." }, { id: "two", says: "Two.", tested }] };
  const page = pageOf({ chapters: [chapter], scenarios: [], removals: [] });
  assert.match(page, /\| `one`<br>One\. \| not proved \| none \| none \|/);
  assert.match(
    page,
    /\| `two`<br>Two\. \| not proved by a scenario; tested in \[a_test\.ts\]\(\.\.\/src\/a_test\.ts\) \|/,
  );
});

Deno.test("findingOf() wants the claim red by the property that is named, and nothing less", () => {
  const expects = { scenario: "dedupe/one", violates: "at_most_once" };
  const of = { name: "n", ...removal({ without: "it", promise: "one", edits: [], expects }) };
  assert.equal(findingOf(of, session(1, "violated", "at_most_once")).asExpected, true);
  assert.equal(findingOf(of, session(1, "violated", "none_lost")).asExpected, false);
  assert.equal(findingOf(of, session(0, "holds")).asExpected, false);
  assert.equal(findingOf(of, session(2, "unknown")).asExpected, false);
  assert.equal(findingOf(of, session(3, "violated", "at_most_once")).asExpected, false);
  assert.match(findingOf(of, { exitCode: 3, results: undefined, output: "no disk", seconds: 1 }).seen, /3 .* no disk/);
});

Deno.test("findingOf() wants the claim green where nothing is expected to be noticed", () => {
  const expects = { scenario: "dedupe/one", unnoticedBecause: "it is a precaution" };
  const of: NamedRemoval = { name: "n", without: "it", promise: "one", edits: [], expects };
  assert.equal(findingOf(of, session(0, "holds")).asExpected, true);
  assert.deepEqual(findingOf(of, session(1, "violated", "none_lost")), { asExpected: false, seen: "none_lost" });
});

function namedBy(scenario: typeof scenarios[number]["scenario"]): readonly string[] {
  if (scenario.kind === "claim") return scenario.proves ?? [];
  return scenario.kind === "control" ? scenario.lacks ?? [] : [];
}

/** A session of the claim dedupe/one in which at most one property is violated. */
function session(exitCode: number, verdict: ScenarioResult["verdict"], violated?: string): Session {
  const properties = ["at_most_once", "none_lost"].map((name) => (
    { name, claim: name, verdict: name === violated ? "violated" : "holds", examined: 1 }
  ));
  const claim = { path: "dedupe/one", verdict, why: "so", properties } as unknown as ScenarioResult;
  return { exitCode, results: { scenarios: [claim] } as unknown as Session["results"], output: "", seconds: 1 };
}
