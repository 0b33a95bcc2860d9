/**
 * Programs out of Debian's or Ubuntu's packages, unpacked into a folder: no root, nothing of the system is touched.
 *
 * apt gets lists and a cache of its own, so neither its lock nor its rights are needed; it checks the signatures as always.
 * Taken are the packages that are asked for and those libraries that they need and the machine lacks.
 */
import { namesIn, versionedFolders } from "./folders.ts";
import type { Asked, Filled, Source } from "./program.ts";
import { lastLines, runProgram } from "./run_program.ts";

const DEADLINE_MS = 600_000;

/** Which packages are wanted, and where in a system they keep the programs: "usr/bin". */
export interface Packages {
  readonly names: readonly string[];
  readonly bin: string;
}

/** Runs `apt-cache` with these arguments, on lists that are fresh, and gives back what it said. Throws an Error. */
export type AptCache = (...args: string[]) => Promise<string>;

/** The source; works where apt-get and dpkg-deb are. `choose` throws an Error when apt knows nothing that would do. */
export function fromDebian(choose: (aptCache: AptCache) => Promise<Packages>): Source {
  // Whether its mirrors answer, only `apt-get update` knows, and that takes seconds.
  return {
    name: "the distribution's packages (apt-get download, unpacked without root)",
    unavailable,
    unreachable: unavailable,
    fill: (folder, asked) => fill(folder, choose, asked),
  };
}

async function unavailable(): Promise<string | undefined> {
  for (const command of ["apt-get", "dpkg-deb"]) {
    const ran = await runProgram({ command, args: ["--version"], deadlineMs: 10_000 });
    if (!ran.ok) return `${command} is not on this machine`;
  }
  return undefined;
}

async function fill(folder: string, choose: Parameters<typeof fromDebian>[0], asked: Asked): Promise<Filled> {
  const work = `${folder}/apt`;
  for (const part of ["lists/partial", "archives/partial", "debs"]) {
    await Deno.mkdir(`${work}/${part}`, { recursive: true });
  }
  const apt = (command: string, args: string[]) => run(command, [...settings(work), ...args], `${work}/debs`, asked);
  await apt("apt-get", ["-qq", "update"]);
  const { names, bin } = await choose((...args) => apt("apt-cache", args));
  const simulated = await apt("apt-get", ["-qq", "-s", "--no-install-recommends", "install", ...names]);
  await apt("apt-get", ["-qq", "download", ...names, ...librariesIn(simulated)]);
  for (const deb of namesIn(`${work}/debs`)) {
    await run("dpkg-deb", ["-x", deb, `${folder}/root`], `${work}/debs`, asked);
  }
  await Deno.remove(work, { recursive: true });
  return { bin: `root/${bin}`, ...libraryFolder(folder) };
}

/** The libraries that a simulated installation would add or renew, without those of LLVM (for a jit, which we switch off). */
function librariesIn(simulated: string): string[] {
  const packages = [...simulated.matchAll(/^Inst ((?:lib|lua-)\S+)/gm)].map((match) => match[1] ?? "");
  return packages.filter((name) => !/^libllvm|-perl$|-dev$/.test(name));
}

function libraryFolder(folder: string): { libraries?: string } {
  const found = versionedFolders(`${folder}/root/usr/lib`, /-linux-gnu/, "")[0];
  return found === undefined ? {} : { libraries: found.slice(folder.length + 1) };
}

function settings(work: string): string[] {
  const options = {
    "Dir::State::lists": `${work}/lists`,
    "Dir::Cache": work,
    "Dir::Cache::archives": `${work}/archives`,
    "Debug::NoLocking": "true",
    // As root, apt would fetch as the user _apt, who cannot enter our folder.
    "APT::Sandbox::User": "",
  };
  return Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

async function run(command: string, args: string[], cwd: string, asked: Asked): Promise<string> {
  const env = { LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };
  const ran = await runProgram({ command, args, cwd, env, deadlineMs: DEADLINE_MS, signal: asked.signal });
  if (!ran.ok) throw new Error(`${command} ${ran.how}: ${lastLines(ran.output, 3)}`);
  return ran.output;
}
