/**
 * A guard: a detached `sh` that waits until the harness is gone and then runs the command that clears up.
 *
 * It waits for the end of its input, a pipe that the harness holds. A harness that finishes closes it, one that crashes or is
 * killed with -9 closes it too: the ordinary end and the worst one are the same command, and it is run every day. Should the
 * guard be killed as well, the next session sweeps. The stack `native` has a supervisor of its own kind, which also launches.
 */

import { within } from "./instances/within.ts";

// What is told at the end is kept until then, and a write to a harness that is gone must not end the clearing up.
const script = `
  trap '' INT TERM HUP PIPE
  echo ready
  while read -r _; do :; done
  if said=$("$@" </dev/null 2>&1); then exit 0; fi
  printf '%s\\n' "$said"
  exit 1`;

const readyMsMax = 10_000;
const saidMax = 600;

/** What clears up, and how long it may take. Its environment is this one alone. */
export interface Clearing {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly msMax: number;
}

/** A guard that watches. */
export class Guard {
  readonly #child: Deno.ChildProcess;
  readonly #pipe: WritableStreamDefaultWriter<Uint8Array>;
  readonly #said: ReadableStreamDefaultReader<string>;
  readonly #msMax: number;
  #ending: Promise<void> | undefined;

  private constructor(child: Deno.ChildProcess, said: ReadableStreamDefaultReader<string>, msMax: number) {
    this.#child = child;
    this.#pipe = child.stdin.getWriter();
    this.#said = said;
    this.#msMax = msMax;
  }

  /** Resolves once it watches. Rejects if it cannot be started. */
  static async start({ command, env, msMax }: Clearing): Promise<Guard> {
    const child = new Deno.Command("/bin/sh", {
      args: ["-c", script, "guard", ...command],
      cwd: "/",
      clearEnv: true,
      env: { ...env },
      detached: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    // A runtime that comes to its end kills the children that it still waits for.
    child.unref();
    const said = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const first = await within(said.read(), readyMsMax);
    if (!first?.value?.startsWith("ready")) throw new Error("the guard that clears up afterwards could not be started");
    return new Guard(child, said, msMax);
  }

  /** Lets it clear up now; later calls wait for the first. Rejects with what the command said if it did not work. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    try {
      await this.#pipe.close();
    } catch (error) {
      // It was killed, and its command with it: that is told below.
      if (!(error instanceof Deno.errors.BrokenPipe) && !(error instanceof TypeError)) throw error;
    }
    const status = await within(this.#child.status, this.#msMax);
    if (status?.success) return await this.#said.cancel();
    const told = status ? await this.#told() : `it took longer than ${this.#msMax} ms`;
    await this.#said.cancel();
    throw new Error(told || `the guard ended with ${status?.signal ?? `code ${status?.code}`}`);
  }

  async #told(): Promise<string> {
    let text = "";
    for (let read = await this.#said.read(); !read.done; read = await this.#said.read()) text += read.value;
    return text.trim().slice(-saidMax);
  }
}
