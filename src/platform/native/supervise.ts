/**
 * The road from TypeScript to `supervise.sh`. The script is handed over as text, so that an edit or an update of this
 * repository under a running session cannot reach the supervisor that is already waiting.
 */
import { type Ran, runProgram } from "./run_program.ts";

/** The longest that any verb takes by itself, with a margin for a loaded machine. */
export const SUPERVISE_DEADLINE_MS = 30_000;

const script = await Deno.readTextFile(new URL("./supervise.sh", import.meta.url));
const SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/** What the script can do; it explains them itself. */
export type Verb = "watch" | "launch" | "kill" | "freeze" | "thaw" | "end" | "sweep";

/** The pieces of a Deno.Command for one verb. Only PATH is inherited: a PGOPTIONS of the user must not steer our services. */
export function superviseCommand(verb: Verb, args: readonly string[], env: Record<string, string> = {}) {
  const path = `${Deno.env.get("PATH") ?? ""}:${SYSTEM_PATH}`;
  return {
    command: "/bin/sh",
    args: ["-c", script, "supervise.sh", verb, ...args],
    cwd: "/",
    clearEnv: true,
    env: { PATH: path, ...env },
  };
}

/** Runs a verb that ends by itself. */
export async function supervise(verb: Exclude<Verb, "watch" | "launch">, args: readonly string[]): Promise<Ran> {
  const { command, args: all, env } = superviseCommand(verb, args);
  return await runProgram({ command, args: all, env, deadlineMs: SUPERVISE_DEADLINE_MS });
}
