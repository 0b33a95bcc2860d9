/**
 * Where a session is kept: a folder of its own below the reports folder, and `latest`, which always leads to the newest.
 */

import { join } from "node:path";
import { UnusableInput } from "../engine/store.ts";
import type { Results } from "../core/results.ts";
import { readResults } from "../engine/store.ts";

/** A new session's folder, and the results of the session before it if they can be read. */
export interface SessionFolder {
  readonly path: string;
  readonly previous: Results | undefined;
}

/** Makes the folder. Throws {@link UnusableInput} if it cannot be written. */
export async function newSessionFolder(reports: string, seed: number): Promise<SessionFolder> {
  const previous = await previousResults(join(reports, "latest"));
  const stamp = new Date().toISOString().replaceAll(":", "-").replace(/\.\d+Z$/, "Z");
  const path = join(reports, `${stamp}-seed-${seed}-${Deno.pid}`);
  try {
    await Deno.mkdir(path, { recursive: true });
    await Deno.writeTextFile(
      join(path, "README.txt"),
      "Written by nevertwice; reports/README.md says how to read it.\n",
    );
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new UnusableInput(
      `Cannot write the report below "${reports}": ${why}; choose another folder with --reports`,
      { cause },
    );
  }
  return { path, previous };
}

/** Lets `latest` lead to the folder: a relative link, or a file that names it where links are not allowed. */
export async function pointLatest(reports: string, path: string): Promise<void> {
  const latest = join(reports, "latest");
  const target = path.slice(reports.length).replace(/^[\\/]+/, "");
  const fresh = `${latest}-${Deno.pid}`;
  await Deno.symlink(target, fresh, { type: "dir" });
  await Deno.rename(fresh, latest);
}

async function previousResults(latest: string): Promise<Results | undefined> {
  try {
    return await readResults(latest);
  } catch (cause) {
    if (cause instanceof UnusableInput) return undefined; // none yet, or of another version: there is nothing to compare with
    throw cause;
  }
}
