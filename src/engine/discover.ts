/**
 * Finds scenarios by listing their folder: the file system is the registry, and a scenario's path is its name.
 */

import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { distance } from "fastest-levenshtein";
import { propertiesOf } from "../core/scenario.ts";
import type { NamedScenario, Scenario } from "../core/scenario.ts";
import { UnusableInput } from "./store.ts";

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
 * if there are no words. Throws {@link UnusableInput} with the nearest name if a word finds nothing.
 */
export function choose(all: readonly NamedScenario[], words: readonly string[]): readonly NamedScenario[] {
  if (words.length === 0) return all;
  const chosen = new Set(words.flatMap((word) => matching(all, word)));
  const claimed = new Set(
    [...chosen].filter((n) => n.scenario.kind === "claim").flatMap((n) => propertiesOf(n.scenario)),
  );
  const folders = new Set([...chosen].map((named) => named.path.split("/")[0]));
  return all.filter((named) =>
    chosen.has(named) ||
    (named.scenario.kind === "control" && claimed.has(named.scenario.names) && folders.has(named.path.split("/")[0]))
  );
}

function matching(all: readonly NamedScenario[], word: string): readonly NamedScenario[] {
  const wanted = word.toLowerCase().replace(/^scenarios\//, "").replace(/\.ts$/, "");
  const found = all.filter((n) =>
    n.path.toLowerCase().includes(wanted) || n.scenario.title.toLowerCase().includes(wanted)
  );
  if (found.length > 0) return found;
  const names = all.flatMap((n) => [n.path, ...n.path.split("/")]);
  const [nearest] = names.sort((a, b) => distance(a, wanted) - distance(b, wanted));
  const hint = nearest ? `; did you mean "${nearest}"?` : "";
  throw new UnusableInput(`No scenario's path or title holds "${word}"${hint} (deno task chaos list shows them all)`);
}

async function scenarioFiles(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  const pending = [folder];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for await (const entry of Deno.readDir(next)) {
      const path = join(next, entry.name);
      if (entry.isDirectory) pending.push(path);
      else if (entry.name.endsWith(".ts") && !entry.name.endsWith("_test.ts")) files.push(path);
    }
  }
  return files.sort();
}

async function load(file: string, path: string): Promise<Scenario> {
  let module: { default?: unknown };
  try {
    module = await import(pathToFileURL(file).href);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new UnusableInput(`Cannot load the scenario "${path}": it throws "${why}"`, { cause });
  }
  const wrong = whatIsWrong(module.default);
  if (wrong) throw new UnusableInput(`Cannot use the scenario "${path}": ${wrong}`);
  return module.default as Scenario;
}

/** Why a default export is no scenario; undefined if it is one. The compiler says so too, but not to who only runs it. */
function whatIsWrong(exported: unknown): string | undefined {
  if (typeof exported !== "object" || exported === null) {
    return "it has no default export made by claim(), control() or limit()";
  }
  const scenario = exported as Partial<Record<string, unknown>>;
  if (!["claim", "control", "limit"].includes(String(scenario.kind))) {
    return `its kind is "${scenario.kind}", not claim, control or limit`;
  }
  if (typeof scenario.title !== "string" || scenario.title === "") return "it has no title";
  if (typeof scenario.subject !== "object" || scenario.subject === null) return "it has no subject";
  const strategy = (scenario.plans as { strategy?: unknown } | undefined)?.strategy;
  if (typeof strategy !== "string") return "its plans name no strategy";
  if (scenario.kind === "claim" && !(Array.isArray(scenario.properties) && scenario.properties.length > 0)) {
    return "it claims no property";
  }
  if (scenario.kind !== "claim" && typeof scenario.names !== "object") {
    return "it names no property that must be violated";
  }
  if (scenario.kind === "control" && typeof scenario.good !== "object") {
    return "it does not say which subject is the good one";
  }
  return undefined;
}
