/**
 * Whom Postgres and Redis run as. Postgres refuses to run as root, so a root session lends them another user.
 *
 * `postgres` first, because a machine that has it means it for this; `nobody` is everywhere.
 */
import { runProgram } from "./run_program.ts";
import { StackError } from "./stack_error.ts";

/** A user of this machine by number, as the operating system wants it. */
export interface ServiceUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** True when this process is root, and so needs a `ServiceUser`. */
export function isRoot(): boolean {
  return Deno.uid() === 0;
}

/** The user for the stores: undefined when this process is an ordinary user's. Throws StackError when root has no other. */
export async function serviceUser(
  names: readonly string[] = ["postgres", "nobody"],
): Promise<ServiceUser | undefined> {
  if (!isRoot()) return undefined;
  const refused: string[] = [];
  for (const name of names) {
    const user = await lookUp(name);
    if (!user) {
      refused.push(`there is no user "${name}"`);
      continue;
    }
    const probe = await runProgram({ command: "sh", args: ["-c", "exit 0"], user, deadlineMs: 5_000 });
    if (probe.ok) return user;
    refused.push(`a program as "${name}" ${probe.how}`);
  }
  throw new StackError({
    what: "Cannot run Postgres as root",
    why: `it refuses root, and no other user can be used: ${refused.join("; ")}`,
    todo: "Run this as an ordinary user, or add a user named postgres (useradd --system postgres).",
  });
}

async function lookUp(name: string): Promise<ServiceUser | undefined> {
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map((flag) => runProgram({ command: "id", args: [flag, name], deadlineMs: 5_000 })),
  );
  if (!uid?.ok || !gid?.ok) return undefined;
  return { name, uid: Number(uid.output), gid: Number(gid.output) };
}
