/**
 * The fresh data folder that every server of a session starts with, as an archive.
 *
 * `initdb` takes 0.6 to 0.9 s and always makes the same, so what it made is kept in our cache, once for each build of
 * Postgres. The archive's name holds its size: one that was cut is not taken for whole, and is made anew.
 */
import { cacheFolder } from "./cache.ts";
import { isAbsent, namesIn, parentOf } from "./folders.ts";
import { launchAndWait } from "./launched.ts";
import type { Asked, Installation } from "./program.ts";
import type { Session } from "./session.ts";
import { reasonOf, StackError } from "./stack_error.ts";

// Trust is for a session's life alone, on loopback. Small segments of the log make a folder of 28 MB instead of 40.
const ARGUMENTS = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--wal-segsize=1"];
const ARCHIVES_MAX = 3;

/** The path of the archive: the one in the cache, else a new one. Throws StackError. */
export async function pristineArchive(session: Session, program: Installation, asked: Asked): Promise<string> {
  try {
    const cache = await cacheFolder(session.user);
    const prefix = `cluster-${await buildOf(program)}-`;
    const kept = namesIn(cache).find((name) => name.startsWith(prefix));
    if (kept !== undefined) {
      const { size } = await Deno.stat(`${cache}/${kept}`);
      if (kept === archiveName(prefix, size)) return `${cache}/${kept}`;
      asked.say(`${cache}/${kept} is damaged (it has ${size} bytes): making it anew`);
      await removeIfThere(`${cache}/${kept}`);
    }
    const made = await makeArchive(session, program, asked.signal);
    return await keep(made, cache, prefix, asked) ?? made;
  } catch (error) {
    throw cannotPrepare(error, asked.signal);
  }
}

/** Makes a data folder out of the archive. Throws StackError. */
export async function fillDataFolder(
  data: string,
  archive: string,
  session: Session,
  signal: AbortSignal,
): Promise<void> {
  const name = `fill-${data.slice(data.lastIndexOf("/") + 1)}`;
  const script = 'mkdir -m 700 "$0" && exec tar -xf "$1" -C "$0"';
  try {
    await launchAndWait(session, { name, command: "sh", args: ["-c", script, data, archive] }, signal);
  } catch (error) {
    // Whatever is wrong with it, the next start makes a new one.
    if (!signal.aborted) await removeIfThere(archive);
    throw cannotPrepare(error, signal);
  }
}

function archiveName(prefix: string, size: number): string {
  return `${prefix}${size}.tar`;
}

/** Names one build of Postgres and what we ask of its initdb: the version, and a digest of what an update changes. */
async function buildOf(program: Installation): Promise<string> {
  const { size, mtime } = await Deno.stat(program.path);
  const text = JSON.stringify([program.path, size, mtime?.getTime(), ARGUMENTS]);
  const sum = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `${program.version}-${new Uint8Array(sum).toHex().slice(0, 12)}`;
}

async function makeArchive(session: Session, program: Installation, signal: AbortSignal): Promise<string> {
  const folder = `${session.folder}/data/pristine`;
  const archive = `${folder}.tar`;
  await launchAndWait(session, {
    name: "initdb",
    command: `${parentOf(program.path)}/initdb`,
    args: ["-D", folder, "--no-sync", "--no-instructions", ...ARGUMENTS],
    env: { TZ: "GMT", ...(program.libraries && { LD_LIBRARY_PATH: program.libraries }) },
  }, signal);
  await launchAndWait(session, { name: "pack", command: "tar", args: ["-cf", archive, "-C", folder, "."] }, signal);
  await Deno.remove(folder, { recursive: true });
  return archive;
}

/** Moves the archive into the cache, whole or not at all; a cache that cannot be written costs time and nothing else. */
async function keep(made: string, cache: string, prefix: string, asked: Asked): Promise<string | undefined> {
  const fresh = `${cache}/.new-${crypto.randomUUID()}`;
  try {
    await Deno.mkdir(cache, { recursive: true });
    await Deno.copyFile(made, fresh);
    await Deno.chmod(fresh, 0o644);
    const { size } = await Deno.stat(fresh);
    const final = `${cache}/${archiveName(prefix, size)}`;
    await Deno.rename(fresh, final);
    asked.say(`kept a fresh data folder of Postgres in ${final}, for faster starts`);
    await forgetOldest(cache);
    return final;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    asked.say(`could not keep a fresh data folder of Postgres in ${cache}: ${error.message}`);
    return undefined;
  } finally {
    await removeIfThere(fresh);
  }
}

/** Every update of Postgres makes a new archive, so the oldest go. */
async function forgetOldest(cache: string): Promise<void> {
  const archives = namesIn(cache).filter((name) => name.startsWith("cluster-")).map((name) => `${cache}/${name}`);
  const dated = await Promise.all(
    archives.map(async (path) => ({ path, at: (await Deno.stat(path)).mtime?.getTime() ?? 0 })),
  );
  const oldest = dated.sort((left, right) => right.at - left.at).slice(ARCHIVES_MAX);
  await Promise.all(oldest.map(({ path }) => removeIfThere(path)));
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

function cannotPrepare(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted || error instanceof StackError) return error;
  return new StackError({
    what: "Cannot make a data folder for Postgres",
    why: reasonOf(error),
    todo:
      "See that the temporary folder (TMPDIR) has 200 MB of room; `deno task chaos doctor` tells what was found here.",
    cause: error,
  });
}
