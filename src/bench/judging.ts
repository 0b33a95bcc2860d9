/**
 * Judging a made history of 1,000,000 entries, in a process of its own: reading and parsing it from disk, then the view and
 * all properties of the scenario of dedupe that has the most, and the most memory that the process had.
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NamedScenario } from "../core/scenario.ts";
import { propertiesOf } from "../core/scenario.ts";
import { judge } from "../engine/check.ts";
import { readRun, writeRun } from "../engine/store.ts";
import { madeHistory } from "../testing/made_history.ts";
import { type Figure, spreadOf } from "./figure.ts";

const entriesMin = 1_000_000;
const judgements = 3;
const childMsMax = 60_000;

/** What the process of its own prints: times in seconds, memory in MiB (undefined where the system does not tell it). */
export interface Judged {
  readonly scenario: string;
  readonly properties: number;
  readonly entries: number;
  readonly readSeconds: number;
  readonly judgedSeconds: readonly number[];
  readonly peakMiB: number | undefined;
}

/** Makes the history below a folder, and has it judged. */
export async function judging(folder: string, signal: AbortSignal): Promise<Figure[]> {
  const run = join(folder, "made");
  const { plan, entries } = madeHistory({ seed: 1, keysMin: 1, entriesMin });
  await writeRun(run, { plan, history: entries });
  const judged = await inOwnProcess(run, signal);
  const { size } = await Deno.stat(join(run, "history.jsonl"));
  const whole = judged.entries.toLocaleString("en");
  return [
    { what: "read and parse", value: judged.readSeconds, unit: "s", how: `${Math.round(size / 1e6)} MB of JSON lines` },
    {
      what: "judge, once parsed",
      ...spreadOf(judged.judgedSeconds),
      unit: "s",
      target: { at: "most", value: 2 },
      how: `view and ${judged.properties} properties of ${judged.scenario}, ${judgements} times`,
    },
    {
      what: "judge from disk",
      value: judged.readSeconds + judged.judgedSeconds[0]!,
      unit: "s",
      target: { at: "most", value: 6 },
      how: "read, parse, and the first judgement",
    },
    ...(judged.peakMiB === undefined ? [] : [
      {
        what: "most memory",
        value: judged.peakMiB,
        unit: "MiB",
        target: { at: "most", value: 1024 },
        how: "of the whole process, up to the first judgement",
      } as const,
    ]),
  ].map((figure) => ({ ...figure, what: `${figure.what}: ${whole} entries` }) as Figure);
}

/** Reads and judges a stored run, and measures it. Throws if a property accuses it: it is that of a correct subject. */
export async function judgeMeasured(run: string, scenarios: readonly NamedScenario[]): Promise<Judged> {
  const most = scenarios.filter(({ path, scenario }) => path.startsWith("dedupe/") && scenario.kind === "claim")
    .toSorted((a, b) => propertiesOf(b.scenario).length - propertiesOf(a.scenario).length)[0];
  if (!most) throw new Error("Cannot measure judging: there is no scenario of dedupe any more");
  const properties = propertiesOf(most.scenario);
  const startedMs = performance.now();
  const { plan, history } = await readRun(run);
  const readSeconds = (performance.now() - startedMs) / 1_000;
  const judgedSeconds: number[] = [];
  let peakMiB: number | undefined;
  for (let i = 0; i < judgements; i++) {
    const beganMs = performance.now();
    const { verdicts } = judge(plan, history, properties);
    judgedSeconds.push((performance.now() - beganMs) / 1_000);
    if (i === 0) peakMiB = await peakOfThisProcess();
    const accused = Object.entries(verdicts).find(([, { verdict }]) => verdict === "violated");
    if (accused) throw new Error(`Cannot measure judging: ${accused[0]} accuses the made history`);
  }
  const { path: scenario } = most;
  return { scenario, properties: properties.length, entries: history.length, readSeconds, judgedSeconds, peakMiB };
}

async function inOwnProcess(run: string, signal: AbortSignal): Promise<Judged> {
  const child = fileURLToPath(new URL("./judging_process.ts", import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", child, run],
    signal: AbortSignal.any([signal, AbortSignal.timeout(childMsMax)]),
  }).output();
  signal.throwIfAborted();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot measure judging: ${decoder.decode(stderr).trim() || "it took too long"}`);
  return JSON.parse(decoder.decode(stdout));
}

/** The high-water mark that Linux keeps; undefined on other systems. */
async function peakOfThisProcess(): Promise<number | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const kiB = /^VmHWM:\s+(\d+) kB/m.exec(await Deno.readTextFile("/proc/self/status"))?.[1];
  return kiB === undefined ? undefined : Number(kiB) / 1024;
}
