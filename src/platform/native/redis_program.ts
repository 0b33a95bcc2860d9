/**
 * Redis as a program of this machine, or Valkey, which is the same for all that we do: where it may lie, which versions will
 * do, who can give it.
 *
 * A symbolic link is not followed here: Debian's `redis-server` is a link to `redis-check-rdb`, and the program asks its own
 * name what it shall be.
 */
import { pathFolders, realPath, versionedFolders } from "./folders.ts";
import type { Installation, PassedOver, Place, Program } from "./program.ts";
import { redisFromDebian } from "./redis_from_debian.ts";
import { runProgram } from "./run_program.ts";
import type { ServiceUser } from "./service_user.ts";

const NAMES = ["redis-server", "valkey-server"];
/** The reference runs on 6.2 as well; what the harness reads of errors inside scripts came with 7. */
const MAJOR_MIN = 7;

/** Redis, to be run by `user` (undefined: by ourselves): one that this user cannot run is passed over. */
export function redisProgram(user: ServiceUser | undefined): Program {
  return {
    name: "Redis",
    wanted: `${MAJOR_MIN} or later, or Valkey`,
    todo: "Install Redis or Valkey: `apt-get install redis-server`, or `brew install redis`, " +
      "or start one with docker and give its address in REDIS_URL.",
    places: redisPlaces,
    examine: (place) => examine(place, user),
    sources: [redisFromDebian()],
  };
}

function redisPlaces(): Place[] {
  const distribution = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"];
  const places = [
    ...pathFolders(),
    ...distribution.map((folder) => ({ folder, where: "the distribution's folder" })),
    ...["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"]
      .flatMap((parent) => versionedFolders(parent, /^(redis|valkey)(@[\d.]+)?$/, "/bin"))
      .map((folder) => ({ folder, where: "Homebrew" })),
  ];
  // `/bin` is `/usr/bin` nearly everywhere, and one reason for passing over is enough.
  const seen = new Set<string>();
  return places.filter(({ folder }) => {
    const real = realPath(folder);
    if (real === undefined || seen.has(real)) return false;
    seen.add(real);
    return true;
  });
}

/** The first of the names that can be used; else the reason against the first that is there. */
async function examine(place: Place, user: ServiceUser | undefined): Promise<Installation | PassedOver | undefined> {
  let passed: PassedOver | undefined;
  for (const name of NAMES) {
    const path = `${place.folder}/${name}`;
    if (realPath(path) === undefined) continue;
    const seen = await judge(path, place, user);
    if ("version" in seen) return seen;
    passed ??= seen;
  }
  return passed;
}

async function judge(path: string, place: Place, user: ServiceUser | undefined): Promise<Installation | PassedOver> {
  const env = place.libraries === undefined ? undefined : { LD_LIBRARY_PATH: place.libraries };
  const ran = await runProgram({ command: path, args: ["--version"], user, env, deadlineMs: 10_000 });
  if (!ran.ok) {
    return { path, why: `asked for its version${user ? ` as ${user.name}` : ""}, it ${ran.how} ${ran.output}`.trim() };
  }
  const version = redisVersionOf(ran.output);
  if (version === undefined) return { path, why: `its version cannot be read from "${ran.output}"` };
  if (Number.parseInt(version) < MAJOR_MIN) {
    return { path, why: `it is ${version}, and ${MAJOR_MIN} or later is needed` };
  }
  return { path, version, where: place.where, libraries: place.libraries };
}

/** The version in the answer of `redis-server --version`: "7.0.15", "8.0.1 (Valkey)"; undefined when this is another program. */
export function redisVersionOf(answer: string): string | undefined {
  const [, product, version] = /^(Redis|Valkey) server v=(\d+\.\d+[\w.-]*)/mi.exec(answer) ?? [];
  return version && product?.toLowerCase() === "valkey" ? `${version} (Valkey)` : version;
}
