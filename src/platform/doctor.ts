/**
 * What the stacks need, where it was found, and what to do about what is missing.
 *
 * It changes nothing and installs nothing. The native stack's needs are here; the others have a list of their own each (`needs.ts`).
 */
import { composeNeeds } from "./compose/needs.ts";
import { containersNeeds } from "./containers/needs.ts";
import { externalNeeds } from "./external/needs.ts";
import { cacheFolder, entryName, lookAt } from "./native/cache.ts";
import { freePort } from "./native/free_port.ts";
import { postgresProgram } from "./native/postgres_program.ts";
import { find, type Program, type Source } from "./native/program.ts";
import { isRoot, type ServiceUser, serviceUser } from "./native/service_user.ts";
import { parentOf, realPath } from "./native/folders.ts";
import { redisProgram } from "./native/redis_program.ts";
import { reasonOf } from "./native/stack_error.ts";
import { toxiproxyProgram } from "./native/toxiproxy_program.ts";

/** One thing that is needed; either `found` or `missing` is set. Without an `optional` one a session still runs. */
export interface Need {
  readonly name: string;
  readonly wanted: string;
  readonly found?: { readonly path: string; readonly version: string; readonly where: string };
  readonly missing?: { readonly why: string; readonly todo: readonly string[] };
  readonly optional: boolean;
}

const NETWORK_DEADLINE_MS = 20_000;

/** Looks at everything; takes some seconds where the network does not answer. */
export async function examine(): Promise<Need[]> {
  const user = await serviceUser().catch((error: unknown) => reasonOf(error));
  const known = typeof user === "string" ? undefined : user;
  const programs = [
    { program: postgresProgram(known), optional: false },
    // Without it the scenarios that need it are skipped.
    { program: redisProgram(known), optional: true },
    { program: toxiproxyProgram(), optional: false },
  ];
  const sources = await Promise.all(
    programs.map(({ program }) => Promise.all(program.sources.map((source) => sourceNeed(program, source)))),
  );
  const cache = await cacheFolder(known);
  return [
    denoNeed(),
    ...await Promise.all(
      programs.map(async ({ program, optional }, index) => {
        const need = await programNeed(program, cache, sources[index] ?? []);
        return { ...need, optional: optional || need.optional };
      }),
    ),
    ...sources.flat(),
    userNeed(user),
    portNeed(),
    writableNeed("temporary folder", Deno.env.get("TMPDIR") || "/tmp", "TMPDIR"),
    writableNeed("cache folder", cache, "XDG_CACHE_HOME"),
    ...(await Promise.all([externalNeeds(), containersNeeds(), composeNeeds()])).flat(),
  ];
}

/** The needs as a table of plain text, with what to do below each line that misses something. */
export function renderNeeds(needs: readonly Need[]): string {
  const rows = needs.map((need) => [mark(need), need.name, need.wanted, need.found?.version ?? "", outcome(need)]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0), 0));
  return needs.flatMap((need, index) => {
    const cells = rows[index] ?? [];
    const line = cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd();
    return [line, ...(need.missing?.todo ?? []).map((todo) => `${" ".repeat((widths[0] ?? 0) + 2)}-> ${todo}`)];
  }).join("\n");
}

function mark(need: Need): string {
  return need.found ? "ok" : need.optional ? "none" : "MISSING";
}

function outcome(need: Need): string {
  const { found, missing } = need;
  if (found) return found.where === "" ? found.path : `${found.path} (${found.where})`;
  // A reason may quote several lines of a program; a table has one.
  return (missing?.why ?? "").replaceAll(/\s*\n\s*/g, " / ");
}

function denoNeed(): Need {
  const found = { path: Deno.execPath(), version: Deno.version.deno, where: "this process" };
  return { name: "Deno", wanted: "2.9 or later", found, optional: false };
}

async function programNeed(program: Program, cache: string, sources: readonly Need[]): Promise<Need> {
  const { name, wanted } = program;
  const local = await find(program);
  if (local.found) return { name, wanted, found: local.found, optional: false };
  const entry = await lookAt(cache, entryName(program));
  const cached = "place" in entry ? await find(program, [entry.place]) : { passed: [] };
  if (cached.found) return { name, wanted, found: cached.found, optional: false };
  const passed = [...local.passed, ...cached.passed].map(({ path, why }) => `passed over ${path}: ${why}`);
  const damaged = "broken" in entry ? [`the one in our cache is damaged: ${entry.broken}`] : [];
  const why = ["not on this machine and not in our cache", ...passed, ...damaged].join("; ");
  const source = sources.find((need) => need.found);
  const todo = source ? `Nothing: the first session installs it from ${source.found?.path}.` : program.todo;
  return { name, wanted, missing: { why, todo: [todo] }, optional: source !== undefined };
}

async function sourceNeed(program: Program, source: Source): Promise<Need> {
  const need = { name: `source of ${program.name}`, wanted: "any one", optional: true };
  const why = await source.unavailable() ?? await source.unreachable(AbortSignal.timeout(NETWORK_DEADLINE_MS));
  if (why !== undefined) return { ...need, missing: { why: `${source.name}: ${why}`, todo: [] } };
  return { ...need, found: { path: source.name, version: "", where: "" } };
}

function userNeed(user: ServiceUser | string | undefined): Need {
  const need = { name: "user for the stores", wanted: "not root", optional: false };
  if (typeof user === "string") {
    return { ...need, missing: { why: user, todo: ["Add a user: useradd --system postgres"] } };
  }
  const path = user ? `${user.name} (uid ${user.uid})` : `the user of this process (uid ${Deno.uid()})`;
  return { ...need, found: { path, version: "", where: isRoot() ? "because this process is root" : "" } };
}

function portNeed(): Need {
  const need = { name: "free ports", wanted: "127.0.0.1:20000-31999", optional: false };
  try {
    return { ...need, found: { path: `${freePort()}, for one`, version: "", where: "" } };
  } catch (error) {
    return { ...need, missing: { why: reasonOf(error), todo: ["End what listens there."] } };
  }
}

/** Tries it in the nearest folder that exists: the folder itself is made by the first session. */
function writableNeed(name: string, folder: string, variable: string): Need {
  const need = { name, wanted: "writable", optional: false };
  let nearest = folder;
  while (nearest !== "/" && realPath(nearest) === undefined) nearest = parentOf(nearest);
  try {
    Deno.removeSync(Deno.makeTempDirSync({ dir: nearest, prefix: "nevertwice-look-" }));
    return { ...need, found: { path: folder, version: "", where: "" } };
  } catch (error) {
    const todo = [`Make ${nearest} writable, make room on its disk, or name another folder in ${variable}.`];
    return { ...need, missing: { why: reasonOf(error), todo } };
  }
}
