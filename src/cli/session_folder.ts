/**
 * Where a session is kept: a folder of its own below the reports folder, and `latest`, which always leads to the newest.
 */

import { basename, join } from "node:path";
import type { Results } from "../core/results.ts";
import { oneLine, readResults, UnusableInput } from "../engine/store.ts";

/** Makes the folder, and gives its path. Throws {@link UnusableInput} if it cannot be written. */
export async function newSessionFolder(reports: string, seed: number): Promise<string> {
  const stamp = new Date().toISOString().replaceAll(":", "-").replace(/\.\d+Z$/, "Z");
  const path = join(reports, `${stamp}-seed-${seed}-${Deno.pid}`);
  try {
    await Deno.mkdir(path, { recursive: true });
    await Deno.writeTextFile(
      join(path, "README.txt"),
      "Written by nevertwice; reports/README.md says how to read it.\n",
    );
  } catch (cause) {
    throw new UnusableInput(
      `Cannot write the report below "${reports}": ${oneLine(cause)}; choose another folder with --reports`,
      { cause },
    );
  }
  return path;
}

/** Lets `latest` lead to the folder, by a relative link. Gives a sentence if that cannot be. */
export async function pointLatest(reports: string, path: string): Promise<string | undefined> {
  const latest = join(reports, "latest");
  const fresh = `${latest}-${Deno.pid}`;
  try {
    await Deno.symlink(basename(path), fresh, { type: "dir" });
    await Deno.rename(fresh, latest);
    return undefined;
  } catch (cause) {
    // The report is written all the same. A folder or file of that name that is not ours stays what it is.
    await Deno.remove(fresh).catch(() => undefined); // the first failure is the one to tell
    return `"${latest}" does not lead to it: ${oneLine(cause)}`;
  }
}

/** The results of the newest session so far; undefined if there are none that can be read. */
export async function previousResults(reports: string): Promise<Results | undefined> {
  try {
    return await readResults(join(reports, "latest"));
  } catch (cause) {
    if (cause instanceof UnusableInput) return undefined; // none yet, or of another version: there is nothing to compare with
    throw cause;
  }
}
