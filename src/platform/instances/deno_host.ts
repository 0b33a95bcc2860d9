/**
 * How the process of a TypeScript subject is started: with few permissions, nothing from the network, and the lock file of
 * the repository.
 */

import type { ChildSpec } from "./child.ts";
import type { Limits } from "./limits.ts";

/**
 * All of our environment that an instance is born with. It may read all of it, for a package of npm:ioredis lists the environment; so
 * nothing is in it that a driver would be steered by (PG*, REDIS_URL), or that is somebody's secret.
 */
const inherited = /^(PATH|HOME|USER|USERNAME|LOGNAME|TMPDIR|TEMP|TMP|LANG|LC_\w+|TZ|DENO_\w+|XDG_\w+|LD_LIBRARY_PATH)$/;

/** Where the repository is, and what else subjects may read. */
export interface HostOptions {
  /** Folder that holds deno.json. */
  readonly root: string;
  /** Folders and files outside it that hosted modules are loaded from. */
  readonly readable: readonly string[];
  readonly limits: Limits;
}

/** The command of a process that hosts one module after the other. */
export function denoHost({ root, readable, limits }: HostOptions): ChildSpec {
  const args = [
    "run",
    "--quiet",
    "--no-prompt",
    "--cached-only",
    `--config=${root}/deno.json`,
    "--allow-net=127.0.0.1",
    `--allow-read=${[root, ...readable].map((path) => path.replaceAll(",", ",,")).join(",")}`,
    "--allow-env",
    new URL("./host.ts", import.meta.url).href,
  ];
  return { command: Deno.execPath(), args, cwd: root, env: instanceEnv(), limits };
}

/** The command that brings what a module imports into Deno's cache, for which a host has no permission. */
export function denoCache(root: string, module: string): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", `--config=${root}/deno.json`, module],
    cwd: root,
    env: fetchEnv(),
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
}

/** True if a start failed because a package is not in the cache yet, in the words of Deno 2.9. */
export function misses(reason: string): boolean {
  return /^Failed (loading|caching)\b.*\bpackage\b/.test(reason);
}

/** The environment of an instance, whatever it is written in. The sink is on this machine, so no proxy may come between. */
export function instanceEnv(): Record<string, string> {
  const kept = Object.entries(Deno.env.toObject()).filter(([name]) => inherited.test(name));
  return { ...Object.fromEntries(kept), ...ours() };
}

/** Ours, where packages are fetched: what steers the road to them is in it. */
function fetchEnv(): Record<string, string> {
  return { ...Deno.env.toObject(), ...ours() };
}

function ours(): Record<string, string> {
  const { NO_PROXY, no_proxy } = Deno.env.toObject();
  const unproxied = [NO_PROXY ?? no_proxy, "127.0.0.1", "localhost"].filter(Boolean).join(",");
  return { NO_COLOR: "1", NO_PROXY: unproxied, no_proxy: unproxied };
}
