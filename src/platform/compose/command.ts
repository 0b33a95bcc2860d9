/**
 * The command that brings the compose file up and down: version 2, a plug-in of `docker`, or version 1, a command of its own.
 */
import { reasonOf, StackError } from "../native/stack_error.ts";
import { lastLines, runProgram } from "../native/run_program.ts";
import { composeFile } from "./addresses.ts";

/** How it is called, and what it says of itself. */
export interface ComposeCommand {
  readonly words: readonly string[];
  readonly version: string;
}

const forms = [["docker", "compose"], ["docker-compose"]];
const versionMsMax = 10_000;
/** Images may have to be pulled. */
const upMsMax = 900_000;
const downMsMax = 90_000;
/** What sessions bring up is a project of its own, so that whatever people have made of the file is not touched. */
const project = "nevertwice_session";

/** The first form that answers; else why there is none, as the end of a sentence. */
export async function findCompose(): Promise<ComposeCommand | string> {
  const reasons: string[] = [];
  for (const words of forms) {
    const [command = "", ...args] = [...words, "version", "--short"];
    const { ok, output, how } = await runProgram({ command, args, deadlineMs: versionMsMax });
    if (ok) return { words, version: lastLines(output, 1) };
    reasons.push(`\`${words.join(" ")}\` ${how}`);
  }
  return reasons.join(", ");
}

/** Brings all of it up, in the name of a session (as in `harness_identity.ts`). Throws StackError. */
export async function composeUp(compose: ComposeCommand, harness: string, signal: AbortSignal): Promise<void> {
  await run(compose, ["up", "-d"], { deadlineMs: upMsMax, env: broughtUpBy(harness), signal });
}

/** Takes down what a session brought up, if that is there. Throws StackError. */
export async function composeDown(compose: ComposeCommand, signal: AbortSignal): Promise<void> {
  await run(compose, down, { deadlineMs: downMsMax, env: broughtUpBy(""), signal });
}

/** The same for a guard. */
export function composeClearing({ words }: ComposeCommand) {
  const kept = Object.entries(Deno.env.toObject()).filter(([name]) =>
    /^(PATH|HOME|XDG_.*|DOCKER_.*|COMPOSE_.*)$/.test(name)
  );
  return {
    command: [...words, ...where, ...down],
    env: { ...Object.fromEntries(kept), ...broughtUpBy("") },
    msMax: downMsMax,
  };
}

const where = ["-p", project, "-f", composeFile];
const down = ["down", "-v", "-t", "2"];

/** Postgres keeps 63 bytes of it. */
function broughtUpBy(harness: string): Record<string, string> {
  return { NEVERTWICE_BROUGHT_UP_BY: harness.slice(0, 63) };
}

async function run(
  { words }: ComposeCommand,
  args: readonly string[],
  options: { deadlineMs: number; env: Record<string, string>; signal: AbortSignal },
): Promise<void> {
  const [command = "", ...first] = words;
  const all = [...first, ...where, ...args];
  const ran = await runProgram({ command, args: all, ...options });
  if (ran.ok) return;
  throw new StackError({
    what: `Cannot do \`${words.join(" ")} ${args.join(" ")}\``,
    why: `it ${ran.how}: ${reasonOf(lastLines(ran.output, 6))}`,
    todo: "See that an engine runs and that the ports of docker-compose.yml are free; `--stack native` needs neither.",
  });
}
