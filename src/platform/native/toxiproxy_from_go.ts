/**
 * Toxiproxy built by the Go that is here, out of Go's module proxy, which checks the sums of what it fetches.
 */
import type { Asked, Filled, Source } from "./program.ts";
import { lastLines, runProgram } from "./run_program.ts";

/** The version of Toxiproxy that both sources give. */
export const TOXIPROXY_VERSION = "2.12.0";
const MODULE = "github.com/Shopify/toxiproxy/v2";
const DEADLINE_MS = 600_000;
/** Go's own installer puts it off PATH. */
const GO_CANDIDATES = ["go", "/usr/local/go/bin/go", "/opt/homebrew/bin/go", "/usr/lib/go/bin/go"];

/** The source; works where a `go` answers. */
export function toxiproxyFromGo(): Source {
  return {
    name: `go install ${MODULE}/cmd/server@v${TOXIPROXY_VERSION}`,
    unavailable: async () => (await findGo()) ? undefined : "go is not on this machine",
    unreachable,
    fill,
  };
}

async function unreachable(signal: AbortSignal): Promise<string | undefined> {
  const go = await findGo();
  if (go === undefined) return "go is not on this machine";
  const args = ["list", "-m", `${MODULE}@v${TOXIPROXY_VERSION}`];
  const ran = await runProgram({ command: go, args, env: { GOFLAGS: "" }, deadlineMs: 20_000, signal });
  return ran.ok ? undefined : `the module proxy: go list ${ran.how}: ${lastLines(ran.output, 2)}`;
}

async function fill(folder: string, asked: Asked): Promise<Filled> {
  const go = await findGo();
  if (go === undefined) throw new Error("go is not on this machine");
  const ran = await runProgram({
    command: go,
    args: [
      "install",
      `-ldflags=-X ${MODULE}.Version=${TOXIPROXY_VERSION}`,
      `${MODULE}/cmd/server@v${TOXIPROXY_VERSION}`,
    ],
    cwd: folder,
    // No C compiler is needed; flags that the user sets for work of their own (-mod=vendor) would break this.
    env: { GOBIN: `${folder}/bin`, CGO_ENABLED: "0", GOFLAGS: "", ...homeless(folder) },
    deadlineMs: DEADLINE_MS,
    signal: asked.signal,
  });
  if (!ran.ok) throw new Error(`go install ${ran.how}: ${lastLines(ran.output, 3)}`);
  await Deno.rename(`${folder}/bin/server`, `${folder}/bin/toxiproxy-server`);
  return { bin: "bin" };
}

/** Go wants a home for its caches; without one they live and end with the folder. */
function homeless(folder: string): Record<string, string> {
  return Deno.env.get("HOME") ? {} : { GOPATH: `${folder}/go`, GOCACHE: `${folder}/go-cache`, GOFLAGS: "-modcacherw" };
}

async function findGo(): Promise<string | undefined> {
  for (const command of GO_CANDIDATES) {
    if ((await runProgram({ command, args: ["version"], deadlineMs: 10_000 })).ok) return command;
  }
  return undefined;
}
