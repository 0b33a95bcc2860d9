/**
 * The store: runs and results as files. Each run is a folder with `plan.json` and `history.jsonl`; both carry a format
 * version, and whatever cannot be read or written is one clear sentence.
 */

import { join } from "node:path";
import type { Entry } from "../core/history.ts";
import { formatVersion } from "../core/plan.ts";
import type { Plan } from "../core/plan.ts";
import type { Results } from "../core/results.ts";
import { resultsVersion } from "../core/results.ts";
import { planSchema } from "./plan_schema.ts";
import { resultsSchema, whatDiffers } from "./schema.ts";

/** A file or folder cannot be used: what, why, and what to do. Ends the command with exit code 64. */
export class UnusableInput extends Error {
  override readonly name = "UnusableInput";
}

/** A file could not be written while a session ran: a full disk, a folder that is gone. The session cannot go on. */
export class CannotStore extends Error {
  override readonly name = "CannotStore";
}

/** A stored run. */
export interface StoredRun {
  readonly plan: Plan;
  readonly history: readonly Entry[];
}

/**
 * Writes a run into a folder, which is made; the plan comes last and at once, so that a folder with a plan holds a whole run,
 * whenever the harness is killed. Throws {@link CannotStore}, and leaves nothing of the run then.
 */
export async function writeRun(folder: string, run: StoredRun): Promise<void> {
  const lines = run.history.map((entry) => JSON.stringify(entry)).join("\n");
  try {
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(join(folder, "history.jsonl"), lines + "\n");
    await writeWhole(join(folder, "plan.json"), JSON.stringify(run.plan, null, 1) + "\n");
  } catch (cause) {
    await Deno.remove(folder, { recursive: true }).catch(() => undefined); // the first failure is the one to tell
    throw cause instanceof CannotStore ? cause : cannotStore(folder, cause);
  }
}

/** Writes a file as a whole or not at all. Throws {@link CannotStore}. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = `${path}.unfinished`;
  try {
    await Deno.writeTextFile(unfinished, text);
    await Deno.rename(unfinished, path);
  } catch (cause) {
    await Deno.remove(unfinished).catch(() => undefined); // the first failure is the one to tell
    throw cannotStore(path, cause);
  }
}

/** Reads a plan. Throws {@link UnusableInput} if the folder holds none that this version understands. */
export async function readPlan(folder: string): Promise<Plan> {
  const path = folder.endsWith(".json") ? folder : join(folder, "plan.json");
  const plan = parsed(path, await text(path)) as Partial<Plan> | null;
  if (
    typeof plan !== "object" || plan === null || typeof plan.scenario !== "string" || !Array.isArray(plan.deliveries)
  ) {
    throw new UnusableInput(`Cannot read "${path}": it is JSON, but no plan of nevertwice`);
  }
  refuseNewer(path, plan.formatVersion, formatVersion);
  const wrong = await whatDiffers(planSchema, plan);
  if (wrong) throw new UnusableInput(`Cannot read "${path}": it is a damaged plan (${wrong})`);
  return plan as Plan;
}

/** Reads a run. Throws {@link UnusableInput} if it is damaged, foreign or newer. */
export async function readRun(folder: string): Promise<StoredRun> {
  const plan = await readPlan(folder);
  const path = join(folder.endsWith(".json") ? join(folder, "..") : folder, "history.jsonl");
  const lines = (await text(path)).split("\n");
  if (lines.at(-1) === "") lines.pop();
  const history = lines.map((line, i) => entryOf(path, line, i + 1));
  const first = history[0];
  if (first?.type !== "run") throw new UnusableInput(`Cannot read "${path}": its first line does not say what ran`);
  refuseNewer(path, first.formatVersion, formatVersion);
  return { plan, history };
}

/** Reads the results of a session folder. Throws {@link UnusableInput}. */
export async function readResults(folder: string): Promise<Results> {
  const path = join(folder, "results.json");
  const results = parsed(path, await text(path)) as Partial<Results> | null;
  if (typeof results !== "object" || results === null || !Array.isArray(results.scenarios)) {
    throw new UnusableInput(`Cannot read "${path}": it is JSON, but no results of nevertwice`);
  }
  refuseNewer(path, results.formatVersion, resultsVersion);
  const wrong = await whatDiffers(await resultsSchema(), results);
  if (wrong) throw new UnusableInput(`Cannot read "${path}": these are damaged results (${wrong})`);
  return results as Results;
}

/** Folders of stored runs below a session's folder, sorted. */
export async function runFolders(session: string): Promise<readonly string[]> {
  const found: string[] = [];
  const pending = [session];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for await (const entry of listed(folder)) {
      if (entry.isDirectory) pending.push(join(folder, entry.name));
      else if (entry.name === "plan.json") found.push(folder);
    }
  }
  return found.sort();
}

async function* listed(folder: string): AsyncGenerator<Deno.DirEntry> {
  try {
    yield* Deno.readDir(folder);
  } catch (cause) {
    const absent = cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory;
    throw new UnusableInput(`Cannot open "${folder}": ${absent ? "there is no such folder" : oneLine(cause)}`, {
      cause,
    });
  }
}

async function text(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound ? "there is no such file" : oneLine(cause);
    throw new UnusableInput(`Cannot read "${path}": ${why}`, { cause });
  }
}

function parsed(path: string, json: string, line?: number): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    const where = line === undefined ? "" : ` line ${line}`;
    throw new UnusableInput(`Cannot read "${path}"${where}: it is damaged or no JSON (${oneLine(cause)})`, { cause });
  }
}

function refuseNewer(path: string, version: unknown, newest: number): void {
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1) {
    throw new UnusableInput(`Cannot read "${path}": it has no format version`);
  }
  if (version > newest) {
    throw new UnusableInput(
      `Cannot read "${path}": format version ${version} is newer than ${newest}; use a newer nevertwice`,
    );
  }
}

function entryOf(path: string, json: string, line: number): Entry {
  const entry = parsed(path, json, line) as Partial<Entry> | null;
  if (typeof entry !== "object" || entry === null || typeof entry.type !== "string" || !Number.isFinite(entry.atMs)) {
    const first = line === 1 ? "its first line does not say what ran" : `line ${line} is no entry of a history`;
    throw new UnusableInput(`Cannot read "${path}": ${first}`);
  }
  return entry as Entry;
}

function cannotStore(path: string, cause: unknown): CannotStore {
  const todo = "make room, or name another folder with --reports";
  return new CannotStore(`Cannot write "${path}": ${oneLine(cause)}; ${todo}`, { cause });
}

/** Why something failed, as a part of a sentence: the first line of its message, without the call that Deno adds to it. */
export function oneLine(cause: unknown): string {
  const said = cause instanceof Error ? cause.message : String(cause);
  const line = said.split("\n").map((part) => part.trim()).find((part) => part !== "");
  return line?.replace(/: \w+ '[^']*'( -> '[^']*')?$/, "") ?? "it does not say why";
}
