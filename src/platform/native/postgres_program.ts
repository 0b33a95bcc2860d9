/**
 * Postgres as a program of this machine: where it may lie, which versions will do, who can give it.
 *
 * Debian keeps `postgres` off PATH, Homebrew keeps its versioned formulas off PATH, so their folders are looked up.
 */
import { parentOf, pathFolders, realPath, versionedFolders } from "./folders.ts";
import { postgresFromDebian } from "./postgres_from_debian.ts";
import { postgresFromNpm } from "./postgres_from_npm.ts";
import type { Installation, PassedOver, Place, Program } from "./program.ts";
import { runProgram } from "./run_program.ts";
import type { ServiceUser } from "./service_user.ts";

const MAJOR_MIN = 14;

/** Postgres, to be run by `user` (undefined: by ourselves): one that this user cannot run is passed over. */
export function postgresProgram(user: ServiceUser | undefined): Program {
  return {
    name: "Postgres",
    wanted: `${MAJOR_MIN} or later`,
    todo: "Install Postgres: `apt-get install postgresql`, or `brew install postgresql`, " +
      "or start one with docker and give its address in POSTGRES_URL.",
    places: postgresPlaces,
    examine: (place) => examine(place, user),
    sources: [postgresFromNpm(), postgresFromDebian()],
  };
}

function postgresPlaces(): Place[] {
  const named = (where: string) => (folder: string): Place => ({ folder, where });
  return [
    ...pathFolders(),
    ...versionedFolders("/usr/lib/postgresql", /^\d+$/, "/bin").map(named("the distribution's folder")),
    ...versionedFolders("/usr", /^pgsql-\d+$/, "/bin").map(named("the distribution's folder")),
    { folder: "/usr/local/pgsql/bin", where: "the folder of a build by hand" },
    ...["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"]
      .flatMap((parent) => versionedFolders(parent, /^postgresql(@\d+)?$/, "/bin")).map(named("Homebrew")),
  ];
}

async function examine(place: Place, user: ServiceUser | undefined): Promise<Installation | PassedOver | undefined> {
  const path = realPath(`${place.folder}/postgres`);
  if (path === undefined) return undefined;
  const initdb = realPath(`${parentOf(path)}/initdb`);
  if (initdb === undefined) return { path, why: "there is no initdb beside it" };
  const env = place.libraries === undefined ? undefined : { LD_LIBRARY_PATH: place.libraries };
  const asked = { args: ["--version"], user, env, deadlineMs: 10_000 };
  const [server, maker] = await Promise.all([path, initdb].map((command) => runProgram({ ...asked, command })));
  for (const [file, ran] of [[path, server], [initdb, maker]] as const) {
    if (!ran?.ok) return { path: file, why: `asked for its version${as(user)}, it ${ran?.how} ${ran?.output}`.trim() };
  }
  const version = versionOf(server?.output ?? "");
  if (version === undefined) return { path, why: `its version cannot be read from "${server?.output}"` };
  if (Number.parseInt(version) < MAJOR_MIN) {
    return { path, why: `it is ${version}, and ${MAJOR_MIN} or later is needed` };
  }
  return { path, version, where: place.where, libraries: place.libraries };
}

function as(user: ServiceUser | undefined): string {
  return user ? ` as ${user.name}` : "";
}

/** The version in the answer of `postgres --version`, "15.18" or "18beta1"; undefined when this is another program. */
export function versionOf(answer: string): string | undefined {
  return /\(PostgreSQL\) (\d+[\w.]*)/.exec(answer)?.[1];
}
