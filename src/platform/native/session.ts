/**
 * One session of services: a temporary folder, and a supervisor that ends everything in it once the harness is gone.
 *
 * The supervisor is a detached `sh` that waits for the end of its input, a pipe which the harness holds. A harness that
 * finishes, crashes or is killed with -9 closes it alike, so the ordinary end and the worst one are the same few lines of
 * `supervise.sh`, and those are run every day. Should the supervisor be killed too, the next session sweeps.
 */
import { supervise, SUPERVISE_DEADLINE_MS, superviseCommand } from "./supervise.ts";
import { reasonOf, StackError } from "./stack_error.ts";
import { isRoot, type ServiceUser } from "./service_user.ts";
import { runProgram } from "./run_program.ts";
import type { Asked } from "./program.ts";

const PREFIX = "nevertwice-session-";

/** A folder with `data` (of the services), `log`, `running` (who runs), and the supervisor that watches over it. */
export class Session implements AsyncDisposable {
  readonly folder: string;
  /** Whom the stores run as; undefined: ourselves. */
  readonly user: ServiceUser | undefined;
  readonly #supervisor: Deno.ChildProcess;
  readonly #pipe: WritableStreamDefaultWriter<Uint8Array>;
  #ending: Promise<void> | undefined;

  private constructor(folder: string, user: ServiceUser | undefined, supervisor: Deno.ChildProcess) {
    this.folder = folder;
    this.user = user;
    this.#supervisor = supervisor;
    this.#pipe = supervisor.stdin.getWriter();
  }

  /** Sweeps what dead sessions left, makes the folder, and resolves once the supervisor watches. Throws StackError. */
  static async open(user: ServiceUser | undefined, asked: Asked): Promise<Session> {
    const parents = [...new Set([Deno.env.get("TMPDIR") || "/tmp", "/tmp", "/var/tmp"])];
    await sweep(parents, asked);
    asked.signal.throwIfAborted();
    const folder = await makeFolder(parents, user);
    try {
      return new Session(folder, user, await startSupervisor(folder));
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      throw error;
    }
  }

  /** True once the end has begun: nothing can be launched any more. */
  get ended(): boolean {
    return this.#ending !== undefined;
  }

  /** Ends every program of this session and removes its folder; later calls wait for the first one. Throws StackError. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    try {
      await this.#pipe.close();
    } catch (error) {
      // The supervisor was killed: its work is done below.
      if (!(error instanceof Deno.errors.BrokenPipe) && !(error instanceof TypeError)) throw error;
    }
    const status = await within(this.#supervisor.status, SUPERVISE_DEADLINE_MS);
    if (status?.success) return;
    const ran = await supervise("end", [this.folder]);
    if (ran.ok) return;
    throw new StackError({
      what: `Cannot end the services in ${this.folder}`,
      why: `the clean-up ${ran.how} ${ran.output}`.trim(),
      todo: `The next start tries again; or end them by hand and remove ${this.folder}.`,
    });
  }
}

async function sweep(parents: readonly string[], asked: Asked): Promise<void> {
  for (const parent of parents) {
    const ran = await supervise("sweep", [parent]);
    for (const folder of ran.output.split("\n").filter((line) => line.includes(PREFIX))) {
      asked.say(`swept ${folder}, left by a session that was killed`);
    }
  }
}

/** The first of the parents in which a folder can be made that the user of the services can enter. */
async function makeFolder(parents: readonly string[], user: ServiceUser | undefined): Promise<string> {
  const refused: string[] = [];
  for (const parent of parents) {
    try {
      const folder = await Deno.makeTempDir({ dir: parent, prefix: PREFIX });
      const closed = await furnish(folder, user);
      if (closed === undefined) return folder;
      refused.push(`${parent}: ${closed}`);
      await Deno.remove(folder, { recursive: true });
    } catch (error) {
      // NotFound, PermissionDenied, a full disk: the next parent may do.
      if (!(error instanceof Error)) throw error;
      refused.push(`${parent}: ${error.message}`);
    }
  }
  throw new StackError({
    what: "Cannot make a temporary folder for the services",
    why: refused.join("; "),
    todo: "Give a writable folder in TMPDIR that other users may enter, or make room on the disk.",
  });
}

/** Under root the folder stays root's and lets in the group of the other user; what is inside belongs to that user. */
async function furnish(folder: string, user: ServiceUser | undefined): Promise<string | undefined> {
  const inside = ["data", "log", "running"].map((name) => `${folder}/${name}`);
  for (const path of inside) await Deno.mkdir(path, { mode: 0o700 });
  if (!isRoot() || user === undefined) return undefined;
  await Deno.chown(folder, 0, user.gid);
  await Deno.chmod(folder, 0o710);
  for (const path of inside) await Deno.chown(path, user.uid, user.gid);
  const ran = await runProgram({ command: "sh", args: ["-c", 'cd "$0"', inside[0] ?? ""], user, deadlineMs: 5_000 });
  return ran.ok ? undefined : `${user.name} cannot enter it`;
}

async function startSupervisor(folder: string): Promise<Deno.ChildProcess> {
  const { command, ...options } = superviseCommand("watch", [folder]);
  const supervisor = new Deno.Command(command, {
    ...options,
    detached: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  // For good: a runtime that comes to its end kills the children that it still waits for (seen with Deno 2.9.6).
  supervisor.unref();
  const reader = supervisor.stdout.getReader();
  try {
    const first = await within(reader.read(), 10_000);
    if (new TextDecoder().decode(first?.value).startsWith("ready")) return supervisor;
    throw new Error("it did not say that it is ready within 10000 ms");
  } catch (error) {
    await supervisor.stdin.close();
    throw new StackError({
      what: "Cannot start the supervisor that ends the services",
      why: reasonOf(error),
      todo: "See that sh works here and that the temporary folder is writable.",
      cause: error,
    });
  } finally {
    await reader.cancel();
  }
}

/** The promise's value, or undefined when it took longer; keeps this process alive meanwhile. */
async function within<T>(promise: Promise<T>, deadlineMs: number): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), deadlineMs);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
