/**
 * Finds scenarios by listing their folder: the file system is the registry, and a scenario's path is its name.
 */

import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { propertiesOf } from "../core/scenario.ts";
import type { NamedScenario, Scenario } from "../core/scenario.ts";
import { nearest } from "./nearest.ts";
import { within } from "./pause.ts";
import { whatIsWrong } from "./scenario_shape.ts";
import { oneLine, UnusableInput } from "./store.ts";

/** How long a scenario's file may take to be loaded, in ms: one that waits for something would wait for ever. */
const loadMsMax = 30_000;

/** All scenarios of a folder, by path. Throws {@link UnusableInput} with the file's name if one is no scenario. */
export async function discoverScenarios(folder: string): Promise<readonly NamedScenario[]> {
  const files = await scenarioFiles(folder);
  return await Promise.all(files.map(async (file) => {
    const path = relative(folder, file).split(sep).join("/").replace(/\.ts$/, "");
    return { path, scenario: await load(file, path) };
  }));
}

/**
 * The scenarios whose path or title holds one of the words, with the controls of their properties and subjects' folder; all
 * if there are no words. Throws {@link UnusableInput} with the nearest name if a word finds nothing; `others` are further
 * names that may have been meant.
 */
export function choose(
  all: readonly NamedScenario[],
  words: readonly string[],
  others: readonly string[] = [],
): readonly NamedScenario[] {
  if (words.length === 0) return all;
  const chosen = new Set(words.flatMap((word) => matching(all, word, others)));
  const claimed = new Set(
    [...chosen].filter((n) => n.scenario.kind === "claim").flatMap((n) => propertiesOf(n.scenario)),
  );
  const folders = new Set([...chosen].map((named) => named.path.split("/")[0]));
  return all.filter((named) =>
    chosen.has(named) ||
    (named.scenario.kind === "control" && claimed.has(named.scenario.names) && folders.has(named.path.split("/")[0]))
  );
}

function matching(
  all: readonly NamedScenario[],
  word: string,
  others: readonly string[],
): readonly NamedScenario[] {
  const wanted = word.toLowerCase().replace(/^scenarios\//, "").replace(/\.ts$/, "");
  const found = all.filter((n) =>
    n.path.toLowerCase().includes(wanted) || n.scenario.title.toLowerCase().includes(wanted)
  );
  if (found.length > 0) return found;
  const hint = nearest(wanted, [...others, ...all.flatMap((n) => [n.path, ...n.path.split("/")])]);
  throw new UnusableInput(
    `No scenario's path or title holds "${word}"${hint ? `; did you mean "${hint}"?` : ""} ` +
      `("deno task chaos list" shows them all)`,
  );
}

async function scenarioFiles(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  const pending = [folder];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for await (const entry of entries(next)) {
      const path = join(next, entry.name);
      if (entry.isDirectory) pending.push(path);
      else if (entry.name.endsWith(".ts") && !entry.name.endsWith("_test.ts")) files.push(path);
    }
  }
  if (files.length === 0) throw new UnusableInput(`Cannot find a scenario: "${folder}" holds no file that ends in .ts`);
  return files.sort();
}

async function* entries(folder: string): AsyncGenerator<Deno.DirEntry> {
  try {
    yield* Deno.readDir(folder);
  } catch (cause) {
    throw new UnusableInput(`Cannot look for scenarios in "${folder}": ${oneLine(cause)}`, { cause });
  }
}

async function load(file: string, path: string): Promise<Scenario> {
  let module: { default?: unknown } | undefined;
  try {
    module = await within(import(pathToFileURL(file).href), loadMsMax, undefined);
  } catch (cause) {
    throw new UnusableInput(`Cannot load the scenario "${path}": it throws "${oneLine(cause)}"`, { cause });
  }
  if (!module) throw new UnusableInput(`Cannot load the scenario "${path}": it was not loaded within ${loadMsMax} ms`);
  const wrong = whatIsWrong(module.default);
  if (wrong) throw new UnusableInput(`Cannot use the scenario "${path}": ${wrong}`);
  return module.default as Scenario;
}
