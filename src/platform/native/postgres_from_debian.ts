/**
 * Postgres out of Debian's or Ubuntu's packages, unpacked into a folder: no root, nothing of the system is touched.
 *
 * apt gets lists and a cache of its own, so neither its lock nor its rights are needed; it checks the signatures as always.
 * Taken are the server and those libraries that it needs and the machine lacks. LLVM (for jit, which we switch off) is left out.
 */
import { namesIn, versionedFolders } from "./folders.ts";
import type { Asked, Filled, Source } from "./program.ts";
import { lastLines, runProgram } from "./run_program.ts";

const DEADLINE_MS = 600_000;

/** The source; works where apt-get and dpkg-deb are. */
export function postgresFromDebian(): Source {
  // Whether its mirrors answer, only `apt-get update` knows, and that takes seconds.
  return {
    name: "the distribution's packages (apt-get download, unpacked without root)",
    unavailable,
    unreachable: unavailable,
    fill,
  };
}

async function unavailable(): Promise<string | undefined> {
  for (const command of ["apt-get", "dpkg-deb"]) {
    const ran = await runProgram({ command, args: ["--version"], deadlineMs: 10_000 });
    if (!ran.ok) return `${command} is not on this machine`;
  }
  return undefined;
}

async function fill(folder: string, asked: Asked): Promise<Filled> {
  const work = `${folder}/apt`;
  for (const part of ["lists/partial", "archives/partial", "debs"]) {
    await Deno.mkdir(`${work}/${part}`, { recursive: true });
  }
  const apt = (command: string, args: string[]) => run(command, [...settings(work), ...args], `${work}/debs`, asked);
  await apt("apt-get", ["-qq", "update"]);
  const server = /Depends: (postgresql-\d+)/.exec(await apt("apt-cache", ["depends", "postgresql"]))?.[1];
  if (server === undefined) throw new Error("apt knows no package postgresql");
  const simulated = await apt("apt-get", ["-qq", "-s", "--no-install-recommends", "install", server]);
  await apt("apt-get", ["-qq", "download", server, ...librariesIn(simulated)]);
  for (const deb of namesIn(`${work}/debs`)) {
    await run("dpkg-deb", ["-x", deb, `${folder}/root`], `${work}/debs`, asked);
  }
  await Deno.remove(work, { recursive: true });
  return { bin: `root/usr/lib/postgresql/${server.slice("postgresql-".length)}/bin`, ...libraryFolder(folder) };
}

/** The libraries that a simulated installation would add or renew. */
function librariesIn(simulated: string): string[] {
  const packages = [...simulated.matchAll(/^Inst (lib\S+)/gm)].map((match) => match[1] ?? "");
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
