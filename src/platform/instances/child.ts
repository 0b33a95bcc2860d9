/**
 * A program that we start and talk to in lines: its pipes, its end, and what it may do at most.
 *
 * It leads a process group of its own, so that Ctrl-C at the terminal is the harness's affair alone and a kill takes
 * everything that the program has started.
 */

import { type Channel, Conversation, type End } from "./conversation.ts";
import type { Limits } from "./limits.ts";
import { FloodMeter, LineSplitter, TooMuch } from "./lines.ts";
import { lastWords, Tail } from "./tail.ts";
import { within } from "./within.ts";

/** What to start. */
export interface ChildSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly limits: Limits;
}

/** How long the rest of what an ended process wrote is waited for, and the end of one that closed its output. */
const drainedWithinMs = 500;

/** A started program and the conversation with it. */
export class Child implements Channel {
  readonly conversation: Conversation;
  /** Resolves when the process has been reaped and its pipes are closed. Never rejects. */
  readonly gone: Promise<void>;
  readonly #process: Deno.ChildProcess;
  readonly #limits: Limits;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  readonly #errors: ReadableStreamDefaultReader<Uint8Array>;
  readonly #tail: Tail;
  #unreadBytes = 0;
  #reaped = false;

  /** Throws what Deno throws if the program cannot be started (Deno.errors.NotFound ...). */
  constructor(spec: ChildSpec, onEnd: (child: Child, end: End) => void) {
    const { command, args, cwd, env, limits } = spec;
    const pipes = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
    this.#process = new Deno.Command(command, { args: [...args], cwd, env, clearEnv: true, detached: true, ...pipes })
      .spawn();
    this.#limits = limits;
    this.#tail = new Tail(limits.stderrKeptBytes);
    this.conversation = new Conversation(this, limits, (end) => onEnd(this, end));
    this.#input = this.#process.stdin.getWriter();
    this.#output = this.#process.stdout.getReader();
    this.#errors = this.#process.stderr.getReader();
    this.gone = this.#see(this.#readOutput(), this.#readErrors());
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** What is printed from now on belongs to another subject. */
  forgetErrors(): void {
    this.#tail.clear();
  }

  send(line: string): void {
    const bytes = new TextEncoder().encode(line);
    this.#unreadBytes += bytes.length;
    if (this.#unreadBytes > this.#limits.unreadBytesMax) {
      return this.conversation.breach(`${this.#unreadBytes} bytes wait on its standard input, which it does not read`);
    }
    this.#input.write(bytes).then(() => this.#unreadBytes -= bytes.length, expectClosedPipe);
  }

  /** Ends its standard input: a host has to exit then. */
  closeInput(): void {
    this.#input.close().catch(expectClosedPipe);
  }

  destroy(): void {
    this.#killGroup();
    this.#output.cancel().catch(expectClosedPipe);
    this.#errors.cancel().catch(expectClosedPipe);
    this.#input.abort().catch(expectClosedPipe);
  }

  async #see(output: Promise<void>, errors: Promise<void>): Promise<void> {
    void output.then(() => within(this.#process.status, drainedWithinMs)).then((status) => {
      if (status === undefined) this.conversation.breach("it closed its standard output and goes on running");
    });
    const status = await this.#process.status;
    this.#killGroup();
    this.#reaped = true;
    await within(Promise.all([output, errors]), drainedWithinMs);
    const words = lastWords(this.#tail.text());
    this.conversation.died(`${describeStatus(status)}${words === "" ? "" : `: ${words}`}`);
  }

  #killGroup(): void {
    if (this.#reaped) return;
    try {
      Deno.kill(-this.#process.pid, "SIGKILL");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async #readOutput(): Promise<void> {
    const splitter = new LineSplitter(this.#limits.lineBytesMax);
    const bytes = new FloodMeter(this.#limits.bytesPerSecondMax, "bytes on standard output");
    const lines = new FloodMeter(this.#limits.linesPerSecondMax, "lines on standard output");
    await this.#read(this.#output, (chunk) => {
      bytes.add(chunk.length, performance.now());
      for (const line of splitter.push(chunk)) {
        lines.add(1, performance.now());
        this.conversation.receive(line);
      }
    });
  }

  async #readErrors(): Promise<void> {
    const bytes = new FloodMeter(this.#limits.bytesPerSecondMax, "bytes on standard error");
    await this.#read(this.#errors, (chunk) => {
      bytes.add(chunk.length, performance.now());
      this.#tail.push(chunk);
    });
  }

  /** Reads to the end. More than the limits allow is a breach; errors of `take` are ours and go up. */
  async #read(from: ReadableStreamDefaultReader<Uint8Array>, take: (chunk: Uint8Array) => void): Promise<void> {
    for (let chunk = await nextOf(from); chunk !== undefined; chunk = await nextOf(from)) {
      try {
        take(chunk);
      } catch (error) {
        if (!(error instanceof TooMuch)) throw error;
        return this.conversation.breach(error.message, error.excerpt);
      }
    }
  }
}

async function nextOf(from: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return (await from.read()).value;
  } catch (error) {
    expectClosedPipe(error);
    return undefined;
  }
}

function describeStatus(status: Deno.CommandStatus): string {
  return status.signal === null ? `exited with code ${status.code}` : `ended by ${status.signal}`;
}

/** Writing to, reading from and closing the pipes of a process that has ended fails in these ways, and means nothing else. */
function expectClosedPipe(error: unknown): void {
  const expected = [
    Deno.errors.BrokenPipe,
    Deno.errors.ConnectionReset,
    Deno.errors.BadResource,
    Deno.errors.Interrupted,
  ];
  if (error === undefined || error instanceof TypeError || expected.some((each) => error instanceof each)) return;
  throw error;
}
