/**
 * Writes results.json and index.html of a session into its folder.
 */

import { join } from "node:path";
import type { Session, ShownRun } from "../core/panel.ts";
import type { Results } from "../core/results.ts";
import { discoverPanels } from "../engine/discover_panels.ts";
import { render } from "../engine/render.tsx";
import { readRun, UnusableInput, writeWhole } from "../engine/store.ts";

/**
 * Writes both files, and gives the path of the report. The runs that it shows are read from the folder. Throws
 * CannotStore if one of them cannot be written.
 */
export async function writeReport(folder: string, results: Results, previous: Results | undefined): Promise<string> {
  await writeWhole(join(folder, "results.json"), JSON.stringify(results, null, 1) + "\n");
  const session: Session = { results, previous, runs: await shownRuns(folder, results) };
  const path = join(folder, "index.html");
  await writeWhole(path, render(session, await discoverPanels()));
  return path;
}

async function shownRuns(folder: string, results: Results): Promise<ReadonlyMap<string, ShownRun>> {
  const names = new Set(results.scenarios.flatMap((s) => s.violations.map((v) => v.run)).filter((run) => run !== ""));
  const runs = new Map<string, ShownRun>();
  for (const name of names) {
    try {
      runs.set(name, await readRun(join(folder, name)));
    } catch (cause) {
      // A run that somebody deleted or damaged is not drawn; its verdict stands in the results all the same.
      if (!(cause instanceof UnusableInput)) throw cause;
    }
  }
  return runs;
}
