/**
 * Where programs of this machine lie, and small questions about folders that all programs ask.
 */
import type { Place } from "./program.ts";

/** The folders of PATH, in order, absolute ones only: a relative one would mean something else for a service. */
export function pathFolders(): Place[] {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder.startsWith("/"));
  return [...new Set(folders)].map((folder) => ({ folder, where: "PATH" }));
}

/** The sub folders `parent/NAME/tail` for every NAME that matches, highest version first; none when parent is absent. */
export function versionedFolders(parent: string, name: RegExp, tail: string): string[] {
  return namesIn(parent).filter((entry) => name.test(entry))
    .sort((left, right) => right.localeCompare(left, "en", { numeric: true }))
    .map((entry) => `${parent}/${entry}${tail}`);
}

/** The names in a folder; none when it is absent or closed to us. */
export function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map((entry) => entry.name);
  } catch (error) {
    if (isAbsent(error) || error instanceof Deno.errors.PermissionDenied) return [];
    throw error;
  }
}

/** The path with its symbolic links followed, or undefined when nothing that we may see is there. */
export function realPath(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (isAbsent(error) || error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
}

/** True for the errors that mean "there is no such file or folder". */
export function isAbsent(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

/** The folder part of an absolute path. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
