/**
 * `report`: draws the report of a stored session again, from its results and runs.
 */

import { CannotStore, readResults, UnusableInput } from "../engine/store.ts";
import { writeReport } from "./write_report.ts";

/**
 * Draws it again and gives its path. What changed since the session before it is not known any more, and left out. Throws
 * {@link UnusableInput} if the folder holds no results, or cannot be written.
 */
export async function redraw(folder: string): Promise<string> {
  const results = await readResults(folder);
  try {
    return await writeReport(folder, results, undefined);
  } catch (cause) {
    if (!(cause instanceof CannotStore)) throw cause;
    throw new UnusableInput(cause.message, { cause });
  }
}
