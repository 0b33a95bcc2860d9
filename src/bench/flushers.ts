/**
 * Several instances of a debouncer, each in a process of its own, that flush what falls due and tell of it when asked.
 */

import { fileURLToPath } from "node:url";
import { LineSplitter } from "../platform/instances/lines.ts";
import type { Flushed } from "./flushing_process.ts";

/** Which instances, and how many. */
export interface FlushersOptions {
  readonly url: URL;
  readonly prefix: string;
  readonly count: number;
  readonly signal: AbortSignal;
}

/** The running instances. Disposing ends them. */
export interface Flushers extends AsyncDisposable {
  /** What all of them have flushed since it was last asked; from the first question on they flush. */
  flushed(): Promise<readonly Flushed[]>;
}

const lineBytesMax = 64 * 2 ** 20;
const goodbyeMsMax = 10_000;

/** Starts them, and waits until each is connected. */
export async function startFlushers(options: FlushersOptions): Promise<Flushers> {
  const all: Flusher[] = [];
  const end = async () => void await Promise.all(all.map((one) => one.end()));
  try {
    for (let i = 0; i < options.count; i++) all.push(new Flusher(options));
    await Promise.all(all.map((one) => one.answer()));
  } catch (error) {
    await end(); // any class: it is thrown on
    throw error;
  }
  return {
    flushed: async () => (await Promise.all(all.map((one) => one.ask()))).flat(),
    [Symbol.asyncDispose]: end,
  };
}

class Flusher {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncIterator<string>;

  constructor({ url, prefix, signal }: FlushersOptions) {
    const script = fileURLToPath(new URL("./flushing_process.ts", import.meta.url));
    const args = ["run", "-A", script, url.href, prefix];
    this.#process = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped", signal }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#answers = linesOf(this.#process.stdout);
  }

  async ask(): Promise<readonly Flushed[]> {
    await this.#input.write(new TextEncoder().encode("more\n"));
    return await this.answer();
  }

  async answer(): Promise<readonly Flushed[]> {
    const { done, value } = await this.#answers.next();
    if (done) throw new Error("Cannot measure flushing: an instance has ended");
    return JSON.parse(value);
  }

  async end(): Promise<void> {
    await this.#input.close().catch(() => {}); // it ended before
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), goodbyeMsMax);
    await this.#process.status;
    clearTimeout(timer);
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  const lines = new LineSplitter(lineBytesMax);
  for await (const chunk of stream) yield* lines.push(chunk);
}
