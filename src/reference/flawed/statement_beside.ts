/** Reads a statement of a twin from the file beside it, as the reference reads its own. */

import { readFileSync } from "node:fs";

/** The text of a file of this folder without its comments. Throws if there is no such file. */
export function statementBeside(file: string): string {
  return readFileSync(new URL(file, import.meta.url), "utf8").replace(/^--.*\n/gm, "").trim();
}
