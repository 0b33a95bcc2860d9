/**
 * Toxiproxy as a program of this machine: where it may lie, which versions will do, who can give it.
 *
 * `go install` names the program `server`, which may be anything, so it has to say that it is Toxiproxy.
 */
import { pathFolders, realPath } from "./folders.ts";
import type { Installation, PassedOver, Place, Program } from "./program.ts";
import { runProgram } from "./run_program.ts";
import { toxiproxyFromGithub } from "./toxiproxy_from_github.ts";
import { toxiproxyFromGo } from "./toxiproxy_from_go.ts";

const MINOR_MIN = 12;

/** Toxiproxy, run by ourselves. */
export function toxiproxyProgram(): Program {
  return {
    name: "Toxiproxy",
    wanted: `2.${MINOR_MIN} or later, below 3`,
    todo: "Install Toxiproxy: `brew install toxiproxy`, or install Go (`apt-get install golang`) and start again, " +
      "or put toxiproxy-server of https://github.com/Shopify/toxiproxy/releases on PATH, " +
      "or start ghcr.io/shopify/toxiproxy with docker and give its address in TOXIPROXY_URL.",
    places: toxiproxyPlaces,
    examine,
    sources: [toxiproxyFromGo(), toxiproxyFromGithub()],
  };
}

function toxiproxyPlaces(): Place[] {
  const home = Deno.env.get("HOME");
  const goPath = Deno.env.get("GOPATH") ?? `${home}/go`;
  const goFolders = [Deno.env.get("GOBIN"), `${goPath}/bin`].filter((folder) => folder?.startsWith("/"));
  return [
    ...pathFolders(),
    ...["/opt/homebrew/bin", "/usr/local/bin", "/home/linuxbrew/.linuxbrew/bin"]
      .map((folder) => ({ folder, where: "Homebrew" })),
    ...goFolders.map((folder) => ({ folder: folder ?? "", where: "Go's folder" })),
  ];
}

async function examine(place: Place): Promise<Installation | PassedOver | undefined> {
  const own = realPath(`${place.folder}/toxiproxy-server`);
  if (own !== undefined) return await judge(own, place);
  const unnamed = realPath(`${place.folder}/server`);
  // Running a stranger to ask who it is might start it, so its text is read first.
  if (unnamed === undefined || !(await buildSays(unnamed, /github\.com\/Shopify\/(toxiproxy)/))) return undefined;
  return await judge(unnamed, place);
}

async function judge(path: string, place: Place): Promise<Installation | PassedOver> {
  const ran = await runProgram({ command: path, args: ["-version"], deadlineMs: 10_000 });
  const said = /toxiproxy-server version v?(\S+)/.exec(ran.output)?.[1];
  if (said === undefined) return { path, why: `asked for its version, it ${ran.how} ${ran.output}`.trim() };
  // A plain `go install` says "git" for a version; Go writes the module's version into the program as text.
  const version = said === "git" ? await buildSays(path, /Shopify\/toxiproxy\/v2\tv(\d+\.\d+\.\d+)/) : said;
  if (version === undefined) return { path, why: `it says version "${said}", and the build does not tell more` };
  const [major, minor] = version.split(".").map(Number);
  if (major !== 2 || (minor ?? 0) < MINOR_MIN) return { path, why: `it is ${version}, and 2.${MINOR_MIN} is needed` };
  return { path, version, where: place.where };
}

const BUILD_BYTES_MAX = 100_000_000;

/** The first group of the pattern in the bytes of a program; undefined when it is not there or not to be read. */
async function buildSays(path: string, pattern: RegExp): Promise<string | undefined> {
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile || size > BUILD_BYTES_MAX) return undefined;
    return pattern.exec(new TextDecoder("latin1").decode(await Deno.readFile(path)))?.[1];
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
