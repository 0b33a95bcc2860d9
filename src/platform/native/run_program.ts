/**
 * Runs a program to its end, with a deadline, and gives back what it said.
 *
 * For short questions (`postgres --version`) and installers. Programs that stay (the services) are launched by
 * `session.ts`, under the supervisor's eyes.
 */
import type { ServiceUser } from "./service_user.ts";

/** How a program is run; the working folder is `/` unless told, because another user may not enter ours. */
export interface Running {
  command: string;
  args: readonly string[];
  deadlineMs: number;
  user?: ServiceUser | undefined;
  env?: Record<string, string> | undefined;
  cwd?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** What came of it: `ok` is exit code 0; `output` is both streams, trimmed; `how` says how it ended, for a sentence. */
export interface Ran {
  ok: boolean;
  output: string;
  how: string;
}

/** Runs the program; a program that cannot be run at all or is too slow is an outcome too. Rejects only on `signal`. */
export async function runProgram(running: Running): Promise<Ran> {
  running.signal?.throwIfAborted();
  const tooLate = AbortSignal.timeout(running.deadlineMs);
  const ran = await ask(running, running.signal ? AbortSignal.any([running.signal, tooLate]) : tooLate);
  running.signal?.throwIfAborted();
  return tooLate.aborted ? { ...ran, ok: false, how: `did not end within ${running.deadlineMs} ms` } : ran;
}

async function ask(running: Running, signal: AbortSignal): Promise<Ran> {
  try {
    const result = await new Deno.Command(running.command, {
      args: [...running.args],
      cwd: running.cwd ?? "/",
      signal,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      ...(running.env && { env: running.env }),
      ...(running.user && { uid: running.user.uid, gid: running.user.gid }),
    }).output();
    const decoder = new TextDecoder();
    const output = `${decoder.decode(result.stdout)}${decoder.decode(result.stderr)}`.trim();
    return { ok: result.success, output, how: `ended with ${result.signal ?? `code ${result.code}`}` };
  } catch (error) {
    // Deno.errors.NotFound, PermissionDenied, NotCapable or a plain Error of the operating system ("exec format error").
    if (!(error instanceof Error)) throw error;
    return { ok: false, output: "", how: `cannot be run: ${error.message}` };
  }
}

/** The last `count` lines of a text, for sentences that quote a log. */
export function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}
