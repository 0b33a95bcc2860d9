/**
 * `chaos`: the main job. Runs the chosen scenarios, writes the report, prints the summary and gives the exit code.
 */

import { join } from "node:path";
import type { NamedScenario } from "../core/scenario.ts";
import type { Results, ScenarioResult } from "../core/results.ts";
import { resultsVersion } from "../core/results.ts";
import { concludeSession } from "../engine/conclude.ts";
import { runSession } from "../engine/session.ts";
import { summaryOf } from "../engine/summary.ts";
import { cuts } from "../strategies/cuts.ts";
import { sample } from "../strategies/sample.ts";
import type { BudgetFlag } from "./flags.ts";
import { type Interruption, onInterrupt } from "./interrupt.ts";
import { type Live, live } from "./live.ts";
import { machine } from "./machine.ts";
import { commit, ownVersions } from "./project.ts";
import { newSessionFolder, pointLatest } from "./session_folder.ts";
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
  readonly host: "process" | "inside";
  readonly replays: number;
  readonly reports: string;
  readonly json: boolean;
}

/** Runs a session. Gives the exit code. */
export async function chaos(options: ChaosOptions): Promise<number> {
  const startedAt = new Date();
  const startedMs = performance.now();
  const folder = await newSessionFolder(options.reports, options.seed);
  const show = live({ json: options.json, scenarios: options.scenarios.length });
  using interruption = onInterrupt(show.say);
  const ran = await run(options, folder.path, show, interruption);
  show.end();
  const results: Results = {
    formatVersion: resultsVersion,
    ...concludeSession(ran.scenarios, { broken: ran.broken, interrupted: interruption.signal.aborted }),
    seed: options.seed,
    startedAt: startedAt.toISOString(),
    seconds: Math.round(performance.now() - startedMs) / 1000,
    interrupted: interruption.signal.aborted,
    budget: options.budget.text,
    command: `deno task chaos --seed ${options.seed}`,
    ...(options.shard.of > 1 ? { shard: `${options.shard.index + 1}/${options.shard.of}` } : {}),
    stack: ran.stack,
    versions: { ...ownVersions(), ...ran.versions },
    ...await commitOf(),
    machine: machine(),
    scenarios: ran.scenarios,
    remarks: ran.remarks,
  };
  const report = await writeReport(folder.path, results, folder.previous);
  await pointLatest(options.reports, folder.path);
  if (options.json) {
    console.log(
      JSON.stringify({ type: "ended", results: join(folder.path, "results.json"), exitCode: results.exitCode }),
    );
  } else console.log(summaryOf(results, report));
  return results.exitCode;
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
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  const room = { bytesLeft: roomBytes, runsDropped: 0 };
  let world: OpenWorld | undefined;
  let broken: string | undefined;
  try {
    world = await openWorld({
      host: options.host,
      lanes: options.lanes,
      ownLanes: 2,
      instances: 3,
      signal,
      say: show.say,
    });
    world.died.then((sentence) => {
      broken ??= sentence;
      stop.abort();
    });
    await runSession({
      scenarios: options.scenarios,
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
      scenariosAtOnce: 3,
      replays: options.replays,
      lanes: world.lanes,
      folder,
      versions: world.versions,
      newPrefix: world.newPrefix,
      listen: world.listen,
      room,
      broke: (sentence) => void (broken ??= sentence),
      tell(event) {
        if (event.type === "finished") finished.push(event.result);
        show.tell(event);
      },
    });
  } catch (cause) {
    if (!signal.aborted) broken ??= cause instanceof Error ? cause.message : String(cause);
  } finally {
    broken ??= await closed(world);
  }
  const order = new Map(options.scenarios.map(({ path }, i) => [path, i]));
  return {
    scenarios: finished.sort((a, b) => order.get(a.path)! - order.get(b.path)!),
    broken: broken ?? brokenRun(finished),
    stack: world?.stack ?? { name: "native", why: "it did not start" },
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
    return `cannot close the services: ${cause instanceof Error ? cause.message : cause}`;
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
