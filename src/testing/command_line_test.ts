/**
 * What the command line says to what it cannot use: one sentence on what, why and what to do, exit code 64, and nothing
 * begun. The commands run with the permissions of their task, those of one test side by side, for each is a process.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { formatVersion, type Plan } from "../core/plan.ts";
import { emptySession } from "./made_session.ts";
import { begin, type Ended, Workshop } from "./own_session.ts";

const plan: Plan = {
  formatVersion,
  scenario: "holds",
  identity: "seed 1 #0",
  seed: 1,
  instances: 1,
  warmUp: [],
  deliveries: [{ id: "d1", op: { key: "e1" }, starts: { atMs: 0 }, route: [0], resendAfterMs: [20] }],
  faults: [],
  cuts: [],
  holds: [],
  choices: [],
};

const run = { type: "run", atMs: 0, formatVersion, scenario: "holds", identity: "seed 1 #0", subject: "answers" };

/** Wrong usage: nothing on standard output, one sentence that matches on standard error. */
function refused({ code, stdout, stderr }: Ended, says: RegExp, what: string): void {
  assert.equal(code, 64, `${what}: ${stderr}`);
  assert.equal(stdout, "", what);
  assert.match(stderr, /^[^\n]+\n$/, `${what}: one line`);
  assert.match(stderr, says, `${what}: ${stderr}`);
  assert.doesNotMatch(stderr, /\bat (async )?file:/, what);
}

/** All cases, a few at once. */
async function each<Case>(cases: Readonly<Record<string, Case>>, test: (it: Case, what: string) => Promise<void>) {
  const queue = Object.entries(cases);
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await test(next[1], next[0]);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}

const usage: Readonly<Record<string, RegExp>> = {
  "leased_hold_at_every_plce": /holds "leased_hold_at_every_plce"; did you mean "leased_holds_at_every_place"\?/,
  "fails_opn": /did you mean "fails_open_is_caught"\?/,
  "deduep": /did you mean "dedupe"\? \("deno task chaos list" shows them all\)/,
  "docter": /did you mean "doctor"\?/,
  "--sead 4": /unknown option '--sead' \(Did you mean --seed\?\) \(--help shows what there is\)/,
  "--seed": /option '--seed <n>' argument missing/,
  "--seed -1": /--seed has to be a whole number from 0 to 2147483647, not "-1"/,
  "--seed 2147483648": /--seed has to be a whole number/,
  "--budget 30": /--budget has to be "quick" or a time up to a week such as 90s, 30m or 8h, not "30"/,
  "--budget 200h": /--budget has to be/,
  "--strategy cut": /--strategy has to be "cuts" or "sample", not "cut"/,
  "--shard 3/2": /--shard has to be i\/n with 1 ≤ i ≤ n ≤ 10000, such as 2\/4, not "3\/2"/,
  "--lanes 0": /--lanes has to be a whole number from 1 to 32, not "0"/,
  "--stack podman": /--stack has to be "auto" or "native" or "containers" or "compose" or "external", not "podman"/,
  "--host outside": /--host has to be "process" or "inside", not "outside"/,
  "--reports=": /--reports has to be the path of a folder, not ""/,
  "--scenarios none_such list": /Cannot look for scenarios in "none_such": No such file or directory/,
  "replay": /missing required argument 'run'/,
  "replay none_such": /Cannot read "none_such\/plan.json": there is no such file/,
  "replay deno.json": /Cannot read "deno.json": it is JSON, but no plan of nevertwice/,
  "judge none_such": /Cannot open "none_such": there is no such folder/,
  "judge docs": /Cannot judge "docs": it holds no run \(a plan.json beside a history.jsonl\)/,
  "report none_such": /Cannot read "none_such\/results.json": there is no such file/,
};

Deno.test("a wrong word, flag, value or folder is refused in one sentence, with the nearest that there is", async () => {
  await each(usage, async (says, words) => refused(await begin(words.split(" ")).ended, says, words));
});

/** A file of scenarios, and what is said of it. */
const noScenarios: Readonly<Record<string, readonly [text: string, says: RegExp]>> = {
  "throws": ["throw new Error('no database today\\nor ever');", /"odd": it throws "no database today"/],
  "is no TypeScript": ["export default {", /Cannot load the scenario "odd": it throws/],
  "exports nothing": [
    "export const a = 1;",
    /"odd": it has no default export made by claim\(\), control\(\) or limit\(\)/,
  ],
  "exports something else": ["export default { kind: 'recipe' };", /"odd": its kind is "recipe"/],
  "names no strategy of ours": [
    "import { holding } from 'FIXTURES'; export default { ...holding(1), plans: { strategy: 'luck' } };",
    /"odd": there is no strategy "luck" \(cuts, sample\)/,
  ],
};

Deno.test("a scenario's file that throws or exports the wrong thing is refused by its name", async () => {
  await each(noScenarios, async ([text, says], what) => {
    await using workshop = await Workshop.open({});
    await workshop.write("odd.ts", text.replace("FIXTURES", import.meta.resolve("./fixtures/ending_scenarios.ts")));
    refused(await workshop.run(), says, what);
    assert.deepEqual(workshop.sessions(), []);
  });
});

Deno.test("a folder without a scenario is refused", async () => {
  await using workshop = await Workshop.open({});
  refused(await workshop.run(), /Cannot find a scenario: "[^"]*" holds no file that ends in \.ts/, "an empty folder");
});

Deno.test("a reports folder that cannot be written is refused, for root too, before anything is started", async () => {
  await using workshop = await Workshop.open({ holds: "holding(1)" });
  const file = join(workshop.path, "a_file");
  await Deno.writeTextFile(file, "not a folder");
  const ended = await workshop.run("--reports", file);
  refused(ended, /Cannot write the report below "[^"]*a_file": .*; choose another folder with --reports/, "a file");
  assert.deepEqual(await workshop.left(), []);
});

/** A stored run that is damaged, foreign or too new: its plan, its history, and what is said of them. */
const runs: Readonly<Record<string, readonly [plan: unknown, history: string, says: RegExp]>> = {
  "is no JSON": ["{", "", /plan.json": it is damaged or no JSON/],
  "is foreign JSON": [{ hello: 1 }, "", /plan.json": it is JSON, but no plan of nevertwice/],
  "is of a newer format": [
    { ...plan, formatVersion: 2 },
    "",
    /format version 2 is newer than 1; use a newer nevertwice/,
  ],
  "lacks a part": [
    { ...plan, deliveries: [{ id: "d1" }] },
    "",
    /it is a damaged plan \(\/deliveries\/0 must have required property 'op'\)/,
  ],
  "is of a scenario that is gone": [
    { ...plan, scenario: "gone" },
    "",
    /there is no scenario "gone" here \(--scenarios names/,
  ],
  "has a fault that is gone": [
    {
      ...plan,
      faults: [{ id: "f1", fault: "flood", service: "postgres", instance: 0, strikes: { atMs: 0, forMs: 9 } }],
    },
    "",
    /the scenario "holds" does not list the fault "flood" any more/,
  ],
  "has a history that is cut off": [
    plan,
    `${JSON.stringify(run)}\n{"type":"inv`,
    /history.jsonl" line 2: it is damaged/,
  ],
  "has a history of another program": [
    plan,
    '{"level":"info"}',
    /history.jsonl": its first line does not say what ran/,
  ],
  "has a history of a newer format": [
    plan,
    JSON.stringify({ ...run, formatVersion: 2 }),
    /format version 2 is newer than 1/,
  ],
  "has a line that is no entry": [
    plan,
    `${JSON.stringify(run)}\n[]`,
    /history.jsonl": line 2 is no entry of a history/,
  ],
};

Deno.test("replay and judge refuse a run that is damaged, foreign or of a newer format", async () => {
  await each(runs, async ([stored, history, says], what) => {
    await using workshop = await Workshop.open({ holds: "holding(1)" });
    const folder = join(workshop.path, "run");
    await Deno.mkdir(folder);
    await Deno.writeTextFile(join(folder, "plan.json"), typeof stored === "string" ? stored : JSON.stringify(stored));
    await Deno.writeTextFile(join(folder, "history.jsonl"), history);
    refused(await workshop.run(history === "" ? "replay" : "judge", folder), says, what);
    assert.deepEqual(await workshop.left(), []);
  });
});

const results = emptySession().results;
const resultFiles: Readonly<Record<string, readonly [results: unknown, says: RegExp]>> = {
  "are foreign JSON": [[], /results.json": it is JSON, but no results of nevertwice/],
  "are of a newer format": [{ ...results, formatVersion: 2 }, /format version 2 is newer than 1/],
  "lack a part": [
    { ...results, scenarios: [{}] },
    /these are damaged results \(\/scenarios\/0 must have required property/,
  ],
};

Deno.test("report refuses results that are damaged, foreign or of a newer format", async () => {
  await each(resultFiles, async ([stored, says], what) => {
    await using workshop = await Workshop.open({});
    await Deno.writeTextFile(join(workshop.reports, "results.json"), JSON.stringify(stored));
    refused(await begin(["report", workshop.reports]).ended, says, what);
  });
});

Deno.test("list, doctor, --help and --version answer on standard output alone, with exit code 0", async () => {
  await each(
    { list: /^claim +dedupe\/\S+ {2}\S/m, doctor: /^ok +Deno/, "--help": /--seed/, "--version": /^\d+\./ },
    async (says, word) => {
      const { code, stdout, stderr } = await begin([word]).ended;
      assert.equal(code, 0, stderr);
      assert.equal(stderr, "");
      assert.match(stdout, says);
      // deno-lint-ignore no-control-regex -- these are what must not be there
      assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f]/);
    },
  );
});
