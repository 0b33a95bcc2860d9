/**
 * `deno task bench`: the figures of the README, all measured in one run of about three minutes, as ratios of what is measured
 * side by side wherever there is something to compare with. It starts its services and ends them. The packages that it
 * compares with are installed by npm, for it alone: see rivals.ts.
 *
 *     deno task bench            a table
 *     deno task bench redis      the parts whose names hold one of the words: see parts.ts
 *     deno task bench --json     the same for programs; progress goes to stderr either way
 *
 * Figures are no tests: a target that is not reached is said, and so is what cannot be measured here; the exit code is 0 all
 * the same. 3: the bench broke; 64: wrong usage; 130: interrupted.
 */

import { Command, CommanderError } from "commander";
import { interruptedCode, onInterrupt, takeSignals } from "../cli/interrupt.ts";
import { machine } from "../cli/machine.ts";
import { commit, ownVersions } from "../cli/project.ts";
import { sentenceOf } from "../cli/sentence.ts";
import { type Figure, isReached } from "./figure.ts";
import { measure, parts, partsOf } from "./parts.ts";
import { sumInWords, tableOf } from "./table.ts";

/** A bench that takes longer hangs. */
const benchMsMax = 400_000;
/** From this load on, as the system counts it at the start, the figures are those of a busy machine. */
const busyLoad = 0.75;
const say = (line: string) => console.error(line);

interface Told {
  readonly figures: readonly Figure[];
  readonly versions: Readonly<Record<string, string>>;
  /** At the start. */
  readonly load: number;
  readonly seconds: number;
  readonly machine: ReturnType<typeof machine> & { readonly kernel: string };
}

async function bench(words: readonly string[], { json }: { json: boolean }): Promise<number> {
  const chosen = partsOf(words);
  if (chosen.length === 0) {
    const names = parts.map(({ name }) => `"${name}"`).join(", ");
    say(`No part of the bench has "${words.join('" or "')}" in its name; they are ${names}`);
    return 64;
  }
  using interruption = onInterrupt(say);
  const signal = AbortSignal.any([interruption.signal, AbortSignal.timeout(benchMsMax)]);
  const startedMs = performance.now();
  const load = Math.round(100 * Deno.loadavg()[0]!) / 100;
  const folder = await Deno.makeTempDir({ prefix: "nevertwice-bench-" });
  try {
    const { figures, versions } = await measure(chosen, { folder, signal, say });
    const told = {
      figures,
      versions: { ...ownVersions(), deno: Deno.version.deno, ...versions },
      load,
      seconds: Math.round((performance.now() - startedMs) / 1_000),
      machine: { ...machine(), kernel: Deno.osRelease() },
    };
    console.log(json ? await inJson(told) : inWords(told));
    return 0;
  } catch (cause) {
    if (interruption.signal.aborted) return interruptedCode;
    say(`Cannot finish the bench: ${sentenceOf(cause)}`);
    if (Deno.env.get("NEVERTWICE_TRACE")) console.error(cause);
    return 3;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function inJson({ figures, ...rest }: Told): Promise<string> {
  const told = figures.map((figure) => ({ ...figure, reached: isReached(figure) }));
  return JSON.stringify({ ...rest, commit: await commit(), figures: told }, null, 1);
}

function inWords({ figures, versions, load, seconds, machine: on }: Told): string {
  const lines = [
    `\n${tableOf(figures)}\n`,
    `${on.cpus} processors, ${on.memoryMiB} MiB, ${on.os} ${on.kernel} ${on.arch}, load ${load} at the start`,
    Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", "),
    `${sumInWords(figures)}, in ${seconds} s`,
  ];
  if (load > busyLoad) {
    lines.push(`The load was ${load} at the start: others were at work, and the figures say little`);
  }
  return lines.join("\n");
}

takeSignals();
let exitCode = 0;
const program = new Command("bench")
  .description("Measures the figures of the README on this machine.")
  .argument("[words...]", `only the parts whose names hold one of them: ${parts.map(({ name }) => name).join(", ")}`)
  .exitOverride()
  .option("--json", "for programs", false)
  .action(async (words: string[], options: { json: boolean }) => {
    exitCode = await bench(words, options);
  });
try {
  await program.parseAsync(Deno.args, { from: "user" });
} catch (cause) {
  if (!(cause instanceof CommanderError)) throw cause;
  exitCode = cause.exitCode === 0 ? 0 : 64; // commander has said why
}
Deno.exit(exitCode);
