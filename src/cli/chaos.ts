/**
 * `chaos`: the main job. Runs the chosen scenarios, writes the report, prints the summary and gives the exit code.
 */

import { join } from "node:path";
import type { NamedScenario } from "../core/scenario.ts";
import type { Results, ScenarioResult } from "../core/results.ts";
import { resultsVersion } from "../core/results.ts";
import { shellWord } from "../core/shell_word.ts";
import { concludeSession } from "../engine/conclude.ts";
import { skippedResult } from "../engine/scenario_result.ts";
import { runSession } from "../engine/session.ts";
import { CannotStore } from "../engine/store.ts";
import { summaryOf } from "../engine/summary.ts";
import { cuts } from "../strategies/cuts.ts";
import { sample } from "../strategies/sample.ts";
import type { BudgetFlag } from "./flags.ts";
import { interruptedCode, type Interruption, onInterrupt } from "./interrupt.ts";
import { colored, type Live, live } from "./live.ts";
import { machine } from "./machine.ts";
import { commit, ownVersions } from "./project.ts";
import { sentenceOf } from "./sentence.ts";
import { newSessionFolder, pointLatest, previousResults } from "./session_folder.ts";
import { onStrayError } from "./stray.ts";
import type { StackChoice } from "../platform/stack.ts";
import { type OpenWorld, openWorld } from "./world.ts";
import { writeReport } from "./write_report.ts";

/** The strategies by name. */
export const strategies = new Map([cuts, sample].map((strategy) => [strategy.name, strategy]));

/** Most bytes of runs that a session keeps. */
const roomBytes = 400_000_000;

/** What the command line asks for. */
export interface ChaosOptions {
  readonly scenarios: readonly NamedScenario[];
  readonly seed: number;
  readonly budget: BudgetFlag;
  readonly shard: { readonly index: number; readonly of: number };
  readonly lanes: number;
  readonly stack: StackChoice;
  readonly host: "process" | "inside";
  readonly replays: number;
  readonly reports: string;
  readonly json: boolean;
  /** What was written on the command line, without the seed if chance has drawn it. */
  readonly words: readonly string[];
  /** Where the scenarios were found, if not in this repository's folder. */
  readonly scenariosFolder: string | undefined;
}

/** So long runs under way are waited for once the session is to end, in ms. */
const lastRunsMsMax = 5_000;

/** Runs a session. Gives the exit code. Throws CannotStore if the report cannot be written. */
export async function chaos(options: ChaosOptions): Promise<number> {
  const startedAt = new Date();
  const startedMs = performance.now();
  const show = live({ json: options.json, scenarios: options.scenarios.length });
  using interruption = onInterrupt(show.say);
  const folder = await newSessionFolder(options.reports, options.seed);
  const ran = await run(options, folder, show, interruption);
  show.end();
  const results: Results = {
    formatVersion: resultsVersion,
    ...concludeSession(ran.scenarios, { broken: ran.broken, interrupted: interruption.signal.aborted }),
    seed: options.seed,
    startedAt: startedAt.toISOString(),
    seconds: Math.round(performance.now() - startedMs) / 1000,
    interrupted: interruption.signal.aborted,
    budget: options.budget.text,
    command: commandOf(options),
    ...(options.scenariosFolder === undefined ? {} : { scenariosFolder: options.scenariosFolder }),
    ...(options.shard.of > 1 ? { shard: `${options.shard.index + 1}/${options.shard.of}` } : {}),
    stack: ran.stack,
    versions: { ...ownVersions(), ...ran.versions },
    ...await commitOf(),
    machine: machine(),
    scenarios: ran.scenarios,
    remarks: ran.remarks,
  };
  const report = await writeReport(folder, results, await previousResults(options.reports));
  const unlinked = await pointLatest(options.reports, folder);
  if (unlinked) show.say(`The report is written, but ${unlinked}`);
  // Interrupted while all was done already, and only written: the results are whole, the command was interrupted all the same.
  const late = interruption.signal.aborted && !results.interrupted && results.exitCode !== 3;
  const exitCode = late ? interruptedCode : results.exitCode;
  if (options.json) {
    console.log(JSON.stringify({ type: "ended", results: join(folder, "results.json"), exitCode }));
  } else console.log(summaryOf(results, report, colored()));
  return exitCode;
}

/** The same session again. */
function commandOf({ words, seed }: ChaosOptions): string {
  const named = words.some((word) => /^--seed(=|$)/.test(word));
  return ["deno", "task", "chaos", ...words, ...(named ? [] : ["--seed", String(seed)])].map(shellWord).join(" ");
}

interface Ran {
  readonly scenarios: readonly ScenarioResult[];
  readonly broken: string | undefined;
  readonly stack: Results["stack"];
  readonly versions: Readonly<Record<string, string>>;
  readonly remarks: readonly string[];
}

/** Opens the world, runs the scenarios in it, closes it. What breaks on the way is a value: what was recorded is kept. */
async function run(options: ChaosOptions, folder: string, show: Live, { signal }: Interruption): Promise<Ran> {
  const finished: ScenarioResult[] = [];
  const skip = (named: NamedScenario, why: string) => {
    const result = skippedResult(named, "skipped", why);
    finished.push(result);
    return result;
  };
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  const abandon = new AbortController();
  const room = { bytesLeft: roomBytes, runsDropped: 0 };
  let world: OpenWorld | undefined;
  let broken: string | undefined;
  /** What the harness cannot go on with: the session ends, and its first reason is told. */
  const end = (sentence: string) => {
    broken ??= sentence;
    stop.abort(sentence);
  };
  using _ = onStrayError(end);
  ended.addEventListener("abort", () => setTimeout(() => abandon.abort(), lastRunsMsMax));
  try {
    world = await openWorld({
      stack: options.stack,
      host: options.host,
      lanes: options.lanes,
      ownLanes: 1,
      instances: Math.max(...options.scenarios.map(({ scenario }) => scenario.instances ?? 3)),
      signal: ended,
      services: [...new Set(options.scenarios.flatMap(({ scenario }) => scenario.subject.needs))],
      hosts: options.scenarios.map(({ scenario }) => scenario.subject.host),
      say: show.say,
    });
    world.died.then(end);
    const able = options.scenarios.filter((named) => {
      const why = world!.whyNot(named);
      if (why !== undefined) show.tell({ type: "finished", result: skip(named, why) });
      return why === undefined;
    });
    await runSession({
      scenarios: able,
      strategies,
      budget: {
        depth: options.budget.depth,
        untilMs: performance.now() + options.budget.ms,
        seed: options.seed,
        lanes: options.lanes,
        shard: options.shard,
        signal: ended,
        now: () => performance.now(),
      },
      scenariosAtOnce: 7,
      replays: options.replays,
      lanes: world.lanes,
      folder,
      versions: world.versions,
      newPrefix: world.newPrefix,
      listen: world.listen,
      room,
      abandon: abandon.signal,
      broke: ({ path }, cause) =>
        cause instanceof CannotStore ? end(cause.message) : void (broken ??= `${path}: ${sentenceOf(cause)}`),
      tell(event) {
        if (event.type === "finished") finished.push(event.result);
        show.tell(event);
      },
    });
  } catch (cause) {
    if (!ended.aborted) broken ??= sentenceOf(cause);
  } finally {
    const unclosed = await closed(world);
    broken ??= unclosed;
  }
  const results = new Map(finished.map((result) => [result.path, result]));
  const why = "the session ended before it was reached";
  return {
    scenarios: options.scenarios.map((named) => results.get(named.path) ?? skippedResult(named, "unknown", why)),
    broken: broken ?? brokenRun(finished),
    stack: world?.stack ?? { name: options.stack, why: "it did not start" },
    versions: world?.versions ?? {},
    remarks: room.runsDropped > 0
      ? [`${room.runsDropped} runs without a finding were not stored: the cap of ${roomBytes / 1e6} MB was reached`]
      : [],
  };
}

async function closed(world: OpenWorld | undefined): Promise<string | undefined> {
  try {
    await world?.[Symbol.asyncDispose]();
    return undefined;
  } catch (cause) {
    // Not being able to clean up is our failure and must be seen.
    return `cannot close the services: ${sentenceOf(cause)}`;
  }
}

/** A run that the harness broke, though the session went on. */
function brokenRun(scenarios: readonly ScenarioResult[]): string | undefined {
  const reasons = scenarios.flatMap((s) => Object.keys(s.voidReasons ?? {}).map((why) => ({ why, path: s.path })));
  const found = reasons.find(({ why }) => why.startsWith("the harness broke: "));
  return found && `${found.path}: ${found.why.slice("the harness broke: ".length)}`;
}

async function commitOf(): Promise<{ commit?: string }> {
  const found = await commit();
  return found ? { commit: found } : {};
}
