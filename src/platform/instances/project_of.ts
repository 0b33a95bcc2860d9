/**
 * What the processes of instances may read of a subject that lies outside of this repository: the project that its module is
 * part of, for it imports from there. A sibling would find what a project must not show.
 */

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What marks the folder of a project. */
const marks = ["deno.json", "deno.jsonc", "package.json", ".git"];

/** The nearest folder above a module that is a project's; the module's own folder if there is none. */
export function projectOf(module: URL): string {
  const own = dirname(fileURLToPath(module));
  for (let folder = own; dirname(folder) !== folder; folder = dirname(folder)) {
    if (marks.some((mark) => existsSync(join(folder, mark)))) return folder;
  }
  return own;
}

/** The projects of all modules that are files, each once. */
export function projectsOf(
  hosts: readonly ({ readonly module: URL } | { readonly command: readonly string[] })[],
): string[] {
  const modules = hosts.flatMap((host) => "module" in host && host.module.protocol === "file:" ? [host.module] : []);
  return [...new Set(modules.map(projectOf))];
}
