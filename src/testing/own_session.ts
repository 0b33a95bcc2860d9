/**
 * Sessions for tests of the command line as people run it: a process of its own with the permissions of `deno task chaos`,
 * scenarios, reports and temporary files in folders of its own, and a look at what it left.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Results } from "../core/results.ts";
import config from "../../deno.json" with { type: "json" };

const root = fileURLToPath(new URL("../../", import.meta.url));
const fixtures = new URL("./fixtures/ending_scenarios.ts", import.meta.url).href;
const deadlineMs = 60_000;

/** What a command came to. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is running. */
export interface Begun {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** What it has printed so far. */
  printed(): string;
  kill(signal: Deno.Signal): void;
}

/** Folders of one test. Disposing removes them. */
export class Workshop implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes it with scenarios: the name of each file, and what it exports by default of `fixtures/ending_scenarios.ts`. */
  static async open(scenarios: Readonly<Record<string, string>>): Promise<Workshop> {
    const workshop = new Workshop(await Deno.makeTempDir({ prefix: "nevertwice-ending-" }));
    // The user whom Postgres runs as has to get through.
    await Deno.chmod(workshop.path, 0o755);
    for (const folder of ["scenarios", "reports", "tmp"]) await Deno.mkdir(join(workshop.path, folder));
    await Deno.chmod(workshop.temporary, 0o755);
    for (const [name, exported] of Object.entries(scenarios)) {
      await workshop.write(`${name}.ts`, `import * as made from "${fixtures}";\nexport default made.${exported};\n`);
    }
    return workshop;
  }

  get reports(): string {
    return join(this.path, "reports");
  }

  /** Where its sessions have their services. */
  get temporary(): string {
    return join(this.path, "tmp");
  }

  /** Writes a scenario's file as it is given. */
  async write(name: string, text: string): Promise<void> {
    await Deno.writeTextFile(join(this.path, "scenarios", name), text);
  }

  /** Starts `deno task chaos` with these words, on this workshop's folders. */
  begin(...words: readonly string[]): Begun {
    const folders = ["--scenarios", join(this.path, "scenarios"), "--reports", this.reports, "--lanes", "1"];
    return begin([...folders, ...words], { TMPDIR: this.temporary });
  }

  /** The same, to its end. */
  async run(...words: readonly string[]): Promise<Ended> {
    return await this.begin(...words).ended;
  }

  /** The folders of its sessions, oldest first. */
  sessions(): string[] {
    const names = [...Deno.readDirSync(this.reports)].filter((entry) => entry.isDirectory).map(({ name }) => name);
    return names.sort().map((name) => join(this.reports, name));
  }

  /** The results of its first session. */
  results(): Results {
    return JSON.parse(Deno.readTextFileSync(join(this.sessions()[0]!, "results.json")));
  }

  /** Runs of its sessions that are kept whole, by their plans. */
  runs(): string[] {
    return below(this.reports).filter((path) => path.endsWith("plan.json"));
  }

  /** Waits until a session has done some of its runs. */
  async inTheMiddle(): Promise<void> {
    await eventually(() => this.runs().length >= 5);
  }

  /** What its sessions have left: processes and temporary files. Waits for what is just ending. */
  async left(): Promise<string[]> {
    let found: string[] = [];
    const nothing = async () => (found = [...await this.processes(), ...below(this.temporary)]).length === 0;
    await eventually(nothing, 10_000).catch((cause: unknown) => {
      if (!(cause instanceof Error)) throw cause; // what was found is the answer
    });
    return found;
  }

  /** Processes that work for this workshop, as `pid arguments`. */
  async processes(): Promise<string[]> {
    const { stdout } = await new Deno.Command("ps", { args: ["-A", "-ww", "-o", "pid=,stat=,args="] }).output();
    const rows = new TextDecoder().decode(stdout).split("\n").map((row) => row.trim());
    return rows.filter((row) => {
      const [pid, state] = row.split(/\s+/);
      return pid && !state?.startsWith("Z") && (row.includes(this.temporary) || bornWith(pid, this.temporary));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Starts `deno task chaos` with these words, as its task does, without the task's own line. */
export function begin(words: readonly string[], env: Readonly<Record<string, string>> = {}): Begun {
  const [, run, ...task] = config.tasks.chaos.command.split(" ");
  const { FORCE_COLOR: _, NO_COLOR: __, ...inherited } = Deno.env.toObject();
  const process = new Deno.Command(Deno.execPath(), {
    // Deno itself says on standard error what it downloads, which on a new machine it still may.
    args: [run!, "--quiet", ...task, ...words],
    cwd: root,
    clearEnv: true,
    // Colours are for terminals, also where a variable says that this is a CI.
    env: { ...inherited, CI: "true", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = setTimeout(() => process.kill("SIGKILL"), deadlineMs);
  const text = { stdout: "", stderr: "" };
  const read = async (from: "stdout" | "stderr") => {
    for await (const part of process[from].pipeThrough(new TextDecoderStream())) text[from] += part;
  };
  const ended = Promise.all([process.status, read("stdout"), read("stderr")]).then(([{ code }]) => {
    clearTimeout(timer);
    return { code, ...text };
  });
  return { pid: process.pid, ended, printed: () => text.stdout + text.stderr, kill: (signal) => process.kill(signal) };
}

/** What was printed holds nothing that a terminal would obey, and no stack trace. */
export function isPlain({ stdout, stderr }: Ended): void {
  for (const text of [stdout, stderr]) {
    // deno-lint-ignore no-control-regex -- these are what must not be there
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f]|\bat (async )?file:/);
  }
}

/** Waits until something is so. Rejects at the deadline. */
export async function eventually(isSo: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!await isSo()) {
    if (performance.now() > endMs) throw new Error(`Waited ${withinMs} ms in vain until ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** All files, links and folders below a folder. */
export function below(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory ? [path, ...below(path)] : [path];
    });
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return []; // it went while we looked
    throw cause;
  }
}

/** Instances do not name the folder, but were born with it in their environment; only Linux shows that. */
function bornWith(pid: string, folder: string): boolean {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/environ`).includes(folder);
  } catch (cause) {
    if (cause instanceof Error) return false; // it went while we looked, or is not ours to look at, or there is no /proc
    throw cause;
  }
}
