/**
 * Our own folder of fetched programs. An entry is a folder that was completed elsewhere and renamed into place, with a
 * manifest of what it holds; so it is whole or it is not there, and one that was damaged later is noticed and replaced.
 *
 * Two harnesses that miss the same entry at once are told apart by a lock that the kernel drops when its holder dies.
 */
import { isAbsent, parentOf, realPath } from "./folders.ts";
import { faultOf, readManifest, writeManifest } from "./manifest.ts";
import type { Asked, Filled, Installation, PassedOver, Place, Program, Source } from "./program.ts";
import { runProgram } from "./run_program.ts";
import type { ServiceUser } from "./service_user.ts";
import { reasonOf, StackError } from "./stack_error.ts";

const LOCK_DEADLINE_MS = 900_000;

/** The user's cache folder for us, as the platform has it; it need not exist yet. */
export function userCacheFolder(): string {
  const home = Deno.env.get("HOME") || "/var/tmp";
  const set = Deno.env.get("XDG_CACHE_HOME");
  const caches = Deno.build.os === "darwin" ? `${home}/Library/Caches` : set?.startsWith("/") ? set : `${home}/.cache`;
  return `${caches}/nevertwice`;
}

/**
 * The cache folder for this session. Under root, the user who runs the stores often cannot enter root's home; then it is a
 * folder of root's that everybody can read.
 */
export async function cacheFolder(user: ServiceUser | undefined): Promise<string> {
  const folder = userCacheFolder();
  if (user === undefined || await canEnter(folder, user)) return folder;
  return Deno.build.os === "darwin" ? "/Library/Caches/nevertwice" : "/var/cache/nevertwice";
}

/** Asks about the nearest ancestor that exists, as that user. */
async function canEnter(folder: string, user: ServiceUser): Promise<boolean> {
  let nearest = folder;
  while (nearest !== "/" && realPath(nearest) === undefined) nearest = parentOf(nearest);
  const ran = await runProgram({ command: "sh", args: ["-c", 'cd "$0"', nearest], user, deadlineMs: 5_000 });
  return ran.ok;
}

/** What is known of an entry without changing it: where it is, or that it is absent, or what is wrong with it. */
export type Entry = { place: Place } | { absent: true } | { broken: string };

/** Looks at the entry: sizes of all its files, sums of its programs; about 30 ms. */
export async function lookAt(cache: string, name: string): Promise<Entry> {
  const folder = `${cache}/${name}`;
  if (realPath(folder) === undefined) return { absent: true };
  const manifest = await readManifest(folder);
  if (typeof manifest === "string") return { broken: manifest };
  const fault = await faultOf(folder, manifest);
  return fault === undefined ? { place: placeOf(folder, manifest.source, manifest) } : { broken: fault };
}

function placeOf(folder: string, source: string, filled: Filled): Place {
  const libraries = filled.libraries === undefined ? undefined : `${folder}/${filled.libraries}`;
  return { folder: `${folder}/${filled.bin}`, where: `our cache, from ${source}`, libraries };
}

/** The name of a program's entry: one a platform, because caches are shared between machines by a network home. */
export function entryName(program: Program): string {
  return `${program.name.toLowerCase()}-${Deno.build.os}-${Deno.build.arch}`;
}

/** The program out of the cache; when it is absent or damaged, fetched from the first source that can give it. */
export async function fromCache(cache: string, program: Program, asked: Asked): Promise<Installation> {
  const name = entryName(program);
  const ready = await usable(cache, name, program);
  if ("version" in ready) return ready;
  try {
    await Deno.mkdir(cache, { recursive: true });
    await Deno.chmod(cache, 0o755);
    using _lock = await lock(`${cache}/${name}.lock`, asked);
    const meanwhile = await usable(cache, name, program);
    if ("version" in meanwhile) return meanwhile;
    if (meanwhile.why !== ABSENT) asked.say(`${program.name} in ${cache} is damaged (${meanwhile.why}): replacing it`);
    return await fillFrom(program, { cache, name }, asked);
  } catch (error) {
    if (error instanceof StackError || asked.signal.aborted || !(error instanceof Error)) throw error;
    throw new StackError({
      what: `Cannot keep ${program.name} in ${cache}`,
      why: error.message,
      todo: `Make that folder writable, or name another in XDG_CACHE_HOME. Or: ${program.todo}`,
      cause: error,
    });
  }
}

const ABSENT = "absent";

async function usable(cache: string, name: string, program: Program): Promise<Installation | PassedOver> {
  const path = `${cache}/${name}`;
  const entry = await lookAt(cache, name);
  if ("absent" in entry) return { path, why: ABSENT };
  if ("broken" in entry) return { path, why: entry.broken };
  return (await program.examine(entry.place)) ?? { path, why: "the program is not in it" };
}

async function fillFrom(
  program: Program,
  at: { cache: string; name: string },
  asked: Asked,
): Promise<Installation> {
  const reasons: string[] = [];
  for (const source of program.sources) {
    const missing = await source.unavailable();
    if (missing === undefined) {
      asked.say(`installing ${program.name} from ${source.name} into ${at.cache}/${at.name}`);
      const got = await install(program, source, { ...at, asked });
      if (typeof got !== "string") return got;
      asked.say(`that did not work: ${got}`);
      reasons.push(`${source.name}: ${got}`);
    } else reasons.push(`${source.name}: ${missing}`);
  }
  throw new StackError({
    what: `Cannot get ${program.name} (${program.wanted})`,
    why: `it is not on this machine, and no source could give it: ${reasons.join("; ")}`,
    todo: program.todo,
  });
}

/** Fills a folder beside the entry, examines the program there, and only then renames it; or says why not. */
async function install(
  program: Program,
  source: Source,
  at: { cache: string; name: string; asked: Asked },
): Promise<Installation | string> {
  const fresh = `${at.cache}/.new-${at.name}`;
  const final = `${at.cache}/${at.name}`;
  try {
    await removeTree(fresh);
    await Deno.mkdir(fresh, { mode: 0o755 });
    const filled = await source.fill(fresh, at.asked);
    await letOthersRead(fresh);
    const seen = await program.examine(placeOf(fresh, source.name, filled));
    if (seen === undefined) return "the program is not in what it gave";
    if ("why" in seen) return seen.why;
    await writeManifest(fresh, { ...filled, source: source.name });
    await removeTree(final);
    await Deno.rename(fresh, final);
    const moved = await program.examine(placeOf(final, source.name, filled));
    return moved && "version" in moved ? moved : "the program stopped answering once it was moved";
  } catch (error) {
    at.asked.signal.throwIfAborted();
    if (!(error instanceof Error)) throw error;
    return reasonOf(error);
  } finally {
    await removeTree(fresh);
  }
}

/** A strict umask of root's would keep the user out who runs the stores. */
async function letOthersRead(folder: string): Promise<void> {
  const ran = await runProgram({ command: "chmod", args: ["-R", "a+rX", folder], deadlineMs: 60_000 });
  if (!ran.ok) throw new Error(`chmod ${ran.how}: ${ran.output}`);
}

async function removeTree(folder: string): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

/** Waits for the lock, says so when somebody else has it, gives up after `LOCK_DEADLINE_MS`. */
async function lock(path: string, asked: Asked): Promise<Deno.FsFile> {
  const file = await Deno.open(path, { create: true, write: true });
  const deadline = performance.now() + LOCK_DEADLINE_MS;
  let told = false;
  while (!(await file.tryLock(true))) {
    if (!told) asked.say("another session is installing the same program: waiting for it");
    told = true;
    if (asked.signal.aborted || performance.now() > deadline) {
      file.close();
      asked.signal.throwIfAborted();
      throw new Error(`another session holds ${path} for more than ${LOCK_DEADLINE_MS / 60_000} minutes`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return file;
}
