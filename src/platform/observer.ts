/**
 * Watches the watcher: a verdict about time is worth nothing if the harness itself, or the whole machine, stood still.
 *
 * Two measures: how late a timer of the harness's own event loop comes (our work was too long), and how late one comes in an idle
 * process of ours (the machine was busy or asleep). A sibling would be the pressure that the kernel reports.
 */

/** A time in which the observer did not run. */
export interface Stall {
  readonly forMs: number;
  readonly who: "harness" | "probe";
  /** When it was over, by `performance.now()` of the harness. */
  readonly atMs: number;
}

/** What the observer is told. */
export interface ObserverOptions {
  onStall(stall: Stall): void;
  /** Stalls shorter than this are not mentioned. */
  readonly thresholdMs: number;
  /** Called once if the probe cannot run or ends by itself; its stalls are then not seen. */
  onProbeLost?(why: string): void;
}

/** A watch that goes on until it is disposed of. */
export interface Observer extends AsyncDisposable {
  /** The idle process. */
  readonly probePid: number;
}

const tickMs = 10;
const endedWithinMs = 2_000;

/** Begins to watch; disposing ends it and its process. */
export function startObserver(options: ObserverOptions): Observer {
  const stopTicking = watchTicks(
    options.thresholdMs,
    (forMs, atMs) => options.onStall({ forMs, who: "harness", atMs }),
  );
  const probe = new Probe(options);
  return {
    probePid: probe.pid,
    async [Symbol.asyncDispose]() {
      stopTicking();
      await probe[Symbol.asyncDispose]();
    },
  };
}

/** Calls back after each timer that came at least `thresholdMs` late; gives what stops it. */
export function watchTicks(thresholdMs: number, late: (forMs: number, atMs: number) => void): () => void {
  let dueMs = performance.now() + tickMs;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    if (nowMs - dueMs >= thresholdMs) late(nowMs - dueMs, nowMs);
    dueMs = nowMs + tickMs;
  }, tickMs);
  return () => clearInterval(timer);
}

/** The idle process. Its clock is not ours: the quickest line so far tells how far they are apart. */
class Probe implements AsyncDisposable {
  readonly #options: ObserverOptions;
  readonly #process: Deno.ChildProcess;
  readonly #done: Promise<void>;
  #aheadMs = Infinity;
  #disposed = false;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--no-config", "--no-lock", probe, String(options.thresholdMs)],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      detached: true,
    }).spawn();
    this.#done = this.#listen();
  }

  get pid(): number {
    return this.#process.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#process.stdin.close().catch(expectEndedProbe);
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), endedWithinMs);
    await this.#done;
    clearTimeout(timer);
  }

  async #listen(): Promise<void> {
    let rest = "";
    for await (const text of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#hear(JSON.parse(line));
    }
    const { code } = await this.#process.status;
    if (!this.#disposed) this.#options.onProbeLost?.(`the idle probe ended with code ${code}`);
  }

  #hear({ forMs, atMs }: { forMs?: number; atMs: number }): void {
    this.#aheadMs = Math.min(this.#aheadMs, performance.now() - atMs);
    if (forMs !== undefined) this.#options.onStall({ forMs, who: "probe", atMs: atMs + this.#aheadMs });
  }
}

/** Its standard input cannot be closed any more if it has ended; that was told when it happened. */
function expectEndedProbe(error: unknown): void {
  if (!(error instanceof Deno.errors.BrokenPipe) && !(error instanceof TypeError)) throw error;
}

const probe = new URL("./probe.ts", import.meta.url).href;
