/**
 * Who started something that may outlive its starter: a process, named by its number, its time of birth (numbers are used
 * again) and its machine. It is written on what we start, so that a later session knows whether it may sweep it.
 */
import { runProgram } from "./native/run_program.ts";

const deadlineMs = 5_000;

/** This process, as one line without special characters. */
export async function harnessIdentity(): Promise<string> {
  return `${Deno.pid} ${await birthOf(Deno.pid) ?? "unknown"} ${Deno.hostname()}`;
}

/** Whether that process still runs; undefined where that cannot be seen from here: another machine, another container. */
export async function isRunning(identity: string): Promise<boolean | undefined> {
  const [pid, birth, machine] = identity.split(" ");
  if (machine !== Deno.hostname() || birth === "unknown") return undefined;
  return await birthOf(Number(pid)) === birth;
}

/** When it was born, as the system counts it; undefined if there is no such process, or only what is left of one. */
async function birthOf(pid: number): Promise<string | undefined> {
  if (Deno.build.os === "linux") {
    const { ok, output } = await runProgram({ command: "cat", args: [`/proc/${pid}/stat`], deadlineMs });
    // The second field is the program's name, in brackets, and may hold anything; the 22nd is the time of birth.
    const fields = output.slice(output.lastIndexOf(")") + 2).split(" ");
    return ok && !["Z", "X"].includes(fields[0] ?? "") ? fields[19] : undefined;
  }
  const { ok, output } = await runProgram({ command: "ps", args: ["-o", "lstart=", "-p", `${pid}`], deadlineMs });
  return ok && output !== "" ? output.replaceAll(/\s+/g, "_") : undefined;
}
