/** All removals, by listing their folder: the file's name is the removal's. */

import type { Removal } from "./removal.ts";

/** A removal with the name of its file. */
export interface NamedRemoval extends Removal {
  readonly name: string;
}

/** Reads `removals/`, sorted by name. Throws for a file that exports no removal by default. */
export async function allRemovals(): Promise<readonly NamedRemoval[]> {
  const folder = new URL("./removals/", import.meta.url);
  const files = [...Deno.readDirSync(folder)].map((entry) => entry.name).filter((name) => name.endsWith(".ts")).sort();
  return await Promise.all(files.map(async (file) => {
    const module: { default?: Removal } = await import(new URL(file, folder).href);
    if (!module.default?.edits) throw new Error(`Cannot use removals/${file}: its default export is no removal`);
    return { name: file.replace(/\.ts$/, ""), ...module.default };
  }));
}
