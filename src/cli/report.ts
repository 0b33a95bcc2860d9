/**
 * `report`: draws the report of a stored session again, from its results and runs.
 */

import { readResults } from "../engine/store.ts";
import { writeReport } from "./write_report.ts";

/** Draws it again and gives its path. What changed since the session before it is not known any more, and left out. */
export async function redraw(folder: string): Promise<string> {
  return await writeReport(folder, await readResults(folder), undefined);
}
