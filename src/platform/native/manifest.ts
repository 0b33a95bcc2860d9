/**
 * What an entry of the cache must hold: the size of every file, and the SHA-256 of the programs themselves.
 *
 * Sizes are asked at every use because that is cheap and finds what a full disk or a cut download leaves behind; sums of
 * the programs because a damaged program may still start.
 */
import { isAbsent, namesIn } from "./folders.ts";
import type { Filled } from "./program.ts";

const FILE = "manifest.json";
const FORMAT = 1;

/** The manifest of one entry; paths are relative to it, sizes in bytes (-1: a symbolic link), sums of the files in `bin`. */
export interface Manifest extends Filled {
  readonly format: typeof FORMAT;
  readonly source: string;
  readonly sizes: Readonly<Record<string, number>>;
  readonly sums: Readonly<Record<string, string>>;
}

/** Takes stock of the folder and writes the manifest into it. */
export async function writeManifest(folder: string, made: Filled & { source: string }): Promise<void> {
  const sizes: Record<string, number> = {};
  for (const path of pathsIn(folder, "")) sizes[path] = sizeOf(`${folder}/${path}`) ?? 0;
  const sums: Record<string, string> = {};
  for (const name of namesIn(`${folder}/${made.bin}`)) {
    sums[`${made.bin}/${name}`] = await sumOf(`${folder}/${made.bin}/${name}`);
  }
  const manifest: Manifest = { format: FORMAT, ...made, sizes, sums };
  await Deno.writeTextFile(`${folder}/${FILE}`, JSON.stringify(manifest));
}

/** The manifest, or why it cannot be read. */
export async function readManifest(folder: string): Promise<Manifest | string> {
  try {
    const read = JSON.parse(await Deno.readTextFile(`${folder}/${FILE}`));
    if (read?.format !== FORMAT) return `its ${FILE} has the format ${read?.format}, and not ${FORMAT}`;
    const whole = [read.bin, read.source].every((part) => typeof part === "string") && read.sizes && read.sums;
    return whole ? read : `its ${FILE} is not complete`;
  } catch (error) {
    if (isAbsent(error)) return `it has no ${FILE}`;
    if (error instanceof SyntaxError) return `its ${FILE} is not JSON`;
    throw error;
  }
}

/** The first thing in the folder that is not as its manifest says, as the end of a sentence; undefined when all is well. */
export async function faultOf(folder: string, manifest: Manifest): Promise<string | undefined> {
  for (const [path, size] of Object.entries(manifest.sizes)) {
    const found = sizeOf(`${folder}/${path}`);
    if (found === undefined) return `${path} is gone`;
    if (found !== size) return `${path} has ${found} bytes, and not ${size}`;
  }
  for (const [path, sum] of Object.entries(manifest.sums)) {
    if (await sumOf(`${folder}/${path}`) !== sum) return `${path} was changed`;
  }
  return undefined;
}

function* pathsIn(folder: string, below: string): Generator<string> {
  for (const entry of Deno.readDirSync(`${folder}/${below}`)) {
    if (entry.isDirectory) yield* pathsIn(folder, `${below}${entry.name}/`);
    else yield `${below}${entry.name}`;
  }
}

function sizeOf(path: string): number | undefined {
  try {
    const found = Deno.lstatSync(path);
    return found.isSymlink ? -1 : found.size;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function sumOf(path: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", await Deno.readFile(path))).toHex();
}
