/**
 * A copy of the checkout in a temporary folder, in which safeguards are taken out one after the other and sessions are run.
 * Taken once, so that whoever edits the checkout meanwhile does not change what is tried. Disposing removes it.
 */

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Results } from "../../core/results.ts";
import { type Edit, edited } from "./removal.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** What a session needs of the checkout. */
const parts = ["deno.json", "deno.lock", "src", "scenarios"];

/** Longer than any scenario takes, so that a session that hangs is ended. */
const sessionMsMax = 300_000;

/** How a session ended. `results` is missing if it wrote none; `output` is the end of what it said. */
export interface Session {
  readonly exitCode: number;
  readonly results: Results | undefined;
  readonly output: string;
  readonly seconds: number;
}

/** What to run: only these scenarios, without the controls that a session otherwise adds. */
export interface SessionOptions {
  readonly scenarios: readonly string[];
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** The copy. */
export class Checkout implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Copies the checkout as it is now, committed or not. */
  static async copy(): Promise<Checkout> {
    const folder = await Deno.makeTempDir({ prefix: "nevertwice-safeguards-" });
    for (const part of parts) await copied(join(root, part), join(folder, part));
    return new Checkout(folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }

  /** Makes the edits; disposing takes them back. Throws, with nothing changed, if one of them went stale. */
  async edit(edits: readonly Edit[]): Promise<AsyncDisposable> {
    const original = new Map<string, string>();
    const changed = new Map<string, string>();
    for (const edit of edits) {
      const path = join(this.#folder, edit.file);
      const text = changed.get(path) ?? await Deno.readTextFile(path);
      if (!original.has(path)) original.set(path, text);
      changed.set(path, edited(text, edit));
    }
    for (const [path, text] of changed) await Deno.writeTextFile(path, text);
    return {
      async [Symbol.asyncDispose]() {
        for (const [path, text] of original) await Deno.writeTextFile(path, text);
      },
    };
  }

  /** Runs a session of the scenarios in the copy. Ends it when the signal aborts or it hangs. */
  async run({ scenarios, seed, signal }: SessionOptions): Promise<Session> {
    const [chosen, reports] = [join(this.#folder, "chosen"), join(this.#folder, "reports")];
    for (const path of scenarios) {
      await copied(join(this.#folder, "scenarios", `${path}.ts`), join(chosen, `${path}.ts`));
    }
    const startedMs = performance.now();
    try {
      const command = new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          "src/main.ts",
          "--scenarios",
          chosen,
          "--reports",
          reports,
          "--replays",
          "1",
          "--seed",
          `${seed}`,
        ],
        cwd: this.#folder,
        signal: AbortSignal.any([signal, AbortSignal.timeout(sessionMsMax)]),
        stdin: "null",
      });
      const { code, stdout, stderr } = await command.output();
      const output = new TextDecoder().decode(new Uint8Array([...stdout, ...stderr])).trimEnd().slice(-2_000);
      const seconds = (performance.now() - startedMs) / 1000;
      return { exitCode: code, results: await resultsIn(reports), output, seconds };
    } finally {
      for (const folder of [chosen, reports]) await removed(folder);
    }
  }
}

/** The results of the one session below the folder; undefined if it wrote none. */
async function resultsIn(reports: string): Promise<Results | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(join(reports, "latest", "results.json")));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  }
}

async function copied(from: string, to: string): Promise<void> {
  if ((await Deno.stat(from)).isDirectory) {
    for await (const entry of Deno.readDir(from)) await copied(join(from, entry.name), join(to, entry.name));
    return;
  }
  await Deno.mkdir(dirname(to), { recursive: true });
  await Deno.copyFile(from, to);
}

async function removed(folder: string): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause; // a session that never began has written nothing
  }
}
