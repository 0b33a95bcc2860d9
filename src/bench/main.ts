/**
 * `deno task bench`: the figures of the README, all measured in one run of about 90 s, as ratios of what is measured side by
 * side wherever there is something to compare with. It starts its services and ends them.
 *
 *     deno task bench            a table
 *     deno task bench --json     the same for programs; progress goes to stderr either way
 *
 * Figures are no tests: a missed target is said, and the exit code is 0 all the same. 3: something could not be measured;
 * 64: wrong usage; 130: interrupted.
 */

import { Command, CommanderError } from "commander";
import { interruptedCode, onInterrupt, takeSignals } from "../cli/interrupt.ts";
import { machine } from "../cli/machine.ts";
import { commit, ownVersions, scenariosFolder } from "../cli/project.ts";
import { sentenceOf } from "../cli/sentence.ts";
import { discoverScenarios } from "../engine/discover.ts";
import { obtainPrograms } from "../platform/native/obtain.ts";
import { serviceUser } from "../platform/native/service_user.ts";
import { startNative } from "../platform/native/stack.ts";
import { claims } from "./claims.ts";
import { effects } from "./effects.ts";
import { type Figure, isMet } from "./figure.ts";
import { judging } from "./judging.ts";
import { connector } from "./new_connections.ts";
import { plansASecond } from "./plans.ts";
import { openStore } from "./store.ts";
import { tableOf } from "./table.ts";

/** A bench that takes longer hangs. */
const benchMsMax = 240_000;
/** From this load on, as the system counts it at the start, the figures are those of a busy machine. */
const busyLoad = 0.75;
const say = (line: string) => console.error(line);

/** All figures, and the versions of the services. `folder` is written to. */
async function measure(folder: string, signal: AbortSignal) {
  const figures: Figure[] = [];
  const programs = await obtainPrograms(await serviceUser(), { say, signal });
  const versions: Record<string, string> = { ...ownVersions(), deno: Deno.version.deno };
  {
    await using stack = await startNative({ say, signal, programs });
    Object.assign(versions, stack.versions);
    {
      await using store = await openStore(stack.shared.url);
      say("Measuring dedupe's claims");
      figures.push(...await claims(store, signal));
      say("Measuring dedupe with its effect");
      figures.push(...await effects(store, signal));
    }
    say("Measuring plans");
    const scenarios = await discoverScenarios(scenariosFolder);
    const connects = await connector({ postgres: programs.postgres, url: stack.shared.url, folder, signal });
    figures.push(...await plansASecond({ scenarios, connector: connects, signal, say }));
  }
  say("Measuring how a history is judged");
  figures.push(...await judging(folder, signal));
  return { figures, versions };
}

async function bench({ json }: { json: boolean }): Promise<number> {
  using interruption = onInterrupt(say);
  const signal = AbortSignal.any([interruption.signal, AbortSignal.timeout(benchMsMax)]);
  const startedMs = performance.now();
  const load = Math.round(100 * Deno.loadavg()[0]!) / 100;
  const folder = await Deno.makeTempDir({ prefix: "nevertwice-bench-" });
  try {
    const { figures, versions } = await measure(folder, signal);
    const seconds = Math.round((performance.now() - startedMs) / 1_000);
    const on = { ...machine(), kernel: Deno.osRelease() };
    if (json) {
      const told = figures.map((figure) => ({ ...figure, met: isMet(figure) }));
      console.log(
        JSON.stringify({ machine: on, load, versions, commit: await commit(), seconds, figures: told }, null, 1),
      );
      return 0;
    }
    console.log(`\n${tableOf(figures)}\n`);
    console.log(
      `${on.cpus} processors, ${on.memoryMiB} MiB, ${on.os} ${on.kernel} ${on.arch}, load ${load} at the start`,
    );
    console.log(Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", "));
    const missed = figures.filter((figure) => isMet(figure) === false).length;
    const targets = figures.filter(({ target }) => target).length;
    console.log(`${targets - missed} of ${targets} targets met, ${missed} missed, in ${seconds} s`);
    if (load > busyLoad) {
      console.log(`The load was ${load} at the start: others were at work, and the figures say little`);
    }
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

takeSignals();
let exitCode = 0;
const program = new Command("bench")
  .description("Measures the figures of the README on this machine.")
  .exitOverride()
  .option("--json", "for programs", false)
  .action(async (options: { json: boolean }) => {
    exitCode = await bench(options);
  });
try {
  await program.parseAsync(Deno.args, { from: "user" });
} catch (cause) {
  if (!(cause instanceof CommanderError)) throw cause;
  exitCode = cause.exitCode === 0 ? 0 : 64; // commander has said why
}
Deno.exit(exitCode);
