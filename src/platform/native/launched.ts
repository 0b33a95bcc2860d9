/**
 * A program of a session: launched in a process group of its own (Ctrl-C on the terminal is the harness's affair), written
 * down for the supervisor before it begins, its output in a log file.
 */
import { isAbsent } from "./folders.ts";
import { lastLines } from "./run_program.ts";
import type { Session } from "./session.ts";
import { superviseCommand } from "./supervise.ts";

const LOG_LINES = 8;
const LOG_BYTES_READ_MAX = 64_000;

/** What is launched: `name` is its name in the session, and no other may have it while this one runs. */
export interface Launch {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  /** Runs it as ourselves, although the session has a user for its services. */
  readonly asOurselves?: boolean;
}

/** A launched program. */
export class Launched {
  readonly pid: number;
  /** Resolves when it has ended, with how: "code 0", "SIGKILL". */
  readonly ended: Promise<string>;
  #running = true;
  readonly #log: string;
  readonly #child: Deno.ChildProcess;

  constructor(session: Session, launch: Launch) {
    this.#log = `${session.folder}/log/${launch.name}`;
    const args = [session.folder, launch.name, launch.command, ...launch.args];
    const { command, ...options } = superviseCommand("launch", args, launch.env);
    const user = launch.asOurselves ? undefined : session.user;
    this.#child = new Deno.Command(command, {
      ...options,
      ...(user && { uid: user.uid, gid: user.gid }),
      detached: true,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.pid = this.#child.pid;
    this.ended = this.#child.status.then((status) => {
      this.#running = false;
      return status.signal ?? `code ${status.code}`;
    });
  }

  get running(): boolean {
    return this.#running;
  }

  /** From now on it does not keep this process alive. */
  letGo(): void {
    this.#child.unref();
  }

  /** Waits for its end, and keeps this process alive until then. */
  async gone(): Promise<string> {
    // Not by `ref`: a runtime that comes to its end kills the children that it still waits for.
    const awake = setInterval(() => {}, 1_000);
    try {
      return await this.ended;
    } finally {
      clearInterval(awake);
    }
  }

  /** The last lines of its log; empty when there is none. */
  async logTail(): Promise<string> {
    try {
      using file = await Deno.open(this.#log);
      const { size } = await file.stat();
      await file.seek(Math.max(0, size - LOG_BYTES_READ_MAX), Deno.SeekMode.Start);
      const bytes = new Uint8Array(LOG_BYTES_READ_MAX);
      const read = await file.read(bytes);
      return lastLines(new TextDecoder().decode(bytes.subarray(0, read ?? 0)), LOG_LINES).trim();
    } catch (error) {
      if (isAbsent(error)) return "";
      throw error;
    }
  }
}

/** Launches a program that ends by itself and waits for it. Throws an Error with the end of its log unless it ended well. */
export async function launchAndWait(session: Session, launch: Launch, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const launched = new Launched(session, launch);
  // On an abort the session is disposed by whoever aborted, and that ends this program too.
  const how = await launched.ended;
  signal.throwIfAborted();
  if (how !== "code 0") throw new Error(`${launch.name} ended with ${how}: ${await launched.logTail()}`.trim());
}
