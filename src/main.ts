/**
 * The command line. Parses what is asked, and turns whatever cannot be done into one clear sentence and an exit code:
 * 0 all as expected · 1 violated, or a control escaped · 2 unknown · 3 the harness broke · 64 wrong usage · 130 interrupted.
 */

import { Command, CommanderError } from "commander";
import { chaos } from "./cli/chaos.ts";
import * as flags from "./cli/flags.ts";
import { takeSignals } from "./cli/interrupt.ts";
import { judgeAgain } from "./cli/judge.ts";
import { ownVersions, reportsFolder, scenariosFolder } from "./cli/project.ts";
import { replay } from "./cli/replay.ts";
import { redraw } from "./cli/report.ts";
import { sentenceOf } from "./cli/sentence.ts";
import { takeStrayErrors } from "./cli/stray.ts";
import { choose, discoverScenarios } from "./engine/discover.ts";
import { UnusableInput } from "./engine/store.ts";
import { examine, renderNeeds } from "./platform/doctor.ts";
import { stackChoices } from "./platform/stack.ts";

const wrongUsage = 64;
let exitCode = 0;

takeSignals();
takeStrayErrors();

const program = new Command("chaos")
  .description("Proves that things are processed once while the network and the databases misbehave.")
  .version(ownVersions().nevertwice!)
  .exitOverride()
  .configureOutput({
    outputError: (text, write) => write(`${usageSentence(text)}\n`),
  })
  .argument(
    "[words...]",
    "scenarios whose path or title contains one of the words, with their controls; all by default",
  )
  .option("--seed <n>", "fixes all that chance decides", flags.seedOf)
  .option(
    "--budget <time>",
    `"quick", or a time such as 30m: then each byte is cut`,
    flags.budgetOf,
    flags.budgetOf("quick"),
  )
  .option("--strategy <name>", "only scenarios of this strategy", flags.oneOf("--strategy", ["cuts", "sample"]))
  .option("--stack <name>", "where the services run", flags.oneOf("--stack", stackChoices), "auto")
  .option("--shard <i/n>", "only the plans of this shard", flags.shardOf, { index: 0, of: 1 })
  .option("--lanes <n>", "runs side by side at most", flags.countOf("--lanes", 32), defaultLanes())
  .option(
    "--host <where>",
    "instances as processes, or inside this one (for debuggers)",
    flags.oneOf("--host", ["process", "inside"]),
    "process",
  )
  .option(
    "--replays <n>",
    "how often a violated claim is executed again for its rate",
    flags.countOf("--replays", 100),
    10,
  )
  .option("--reports <folder>", "where the session's folder is made", flags.folderOf("--reports"), reportsFolder)
  .option("--scenarios <folder>", "where scenarios are found", flags.folderOf("--scenarios"), scenariosFolder)
  .option("--json", "progress as JSON lines", false)
  .action(async (words: string[], options) => {
    const commands = program.commands.map((command) => command.name());
    const all = choose(await discoverScenarios(options.scenarios), words, commands);
    const scenarios = options.strategy ? all.filter((n) => n.scenario.plans.strategy === options.strategy) : all;
    if (scenarios.length === 0) {
      throw new UnusableInput(`No scenario is left: none of those chosen uses --strategy ${options.strategy}`);
    }
    exitCode = await chaos({
      ...options,
      seed: options.seed ?? Math.floor(Math.random() * 1_000_000),
      scenarios,
      words: Deno.args,
      scenariosFolder: options.scenarios === scenariosFolder ? undefined : options.scenarios,
    });
  });

program.command("list").description("all scenarios and what they claim").action(async () => {
  for (const { path, scenario } of await discoverScenarios(program.opts().scenarios)) {
    console.log(`${scenario.kind.padEnd(7)}  ${path}  ${scenario.title}`);
  }
});

program.command("doctor").description("what is needed here, what was found, what to do about the rest").action(
  async () => {
    const needs = await examine();
    console.log(renderNeeds(needs));
    exitCode = needs.some((need) => need.missing && !need.optional) ? 2 : 0;
  },
);

program.command("replay").description("executes the plan of a stored run again").argument(
  "<run>",
  "its folder, or its plan.json",
)
  .option("--times <n>", "how often", flags.countOf("--times", 1000), 1)
  .action(async (run: string, options: { times: number }) => {
    const scenarios = await discoverScenarios(program.opts().scenarios);
    const { host, stack } = program.opts();
    exitCode = await replay({ run, times: options.times, host, stack, scenarios });
  });

program.command("judge").description("checks stored histories again, without any service").argument(
  "<folder>",
  "a session, or any folder of runs",
)
  .action(async (folder: string) => {
    exitCode = await judgeAgain({ folder, scenarios: await discoverScenarios(program.opts().scenarios) });
  });

program.command("report").description("draws a session's report again").argument("<folder>", "the session")
  .action(async (folder: string) => console.log(await redraw(folder)));

/** What commander says of a wrong flag or argument (several lines, with its suggestion) as one sentence. */
function usageSentence(text: string): string {
  const said = text.trim().replace(/^error: /, "").replaceAll(/\s*\n\s*/g, " ");
  return `Cannot understand the command line: ${said} (--help shows what there is)`;
}

/** Runs wait, so there are more lanes than processors. Two for each are in use in any case, the others while the machine has room. */
function defaultLanes(): number {
  return Math.min(16, 4 * navigator.hardwareConcurrency);
}

try {
  await program.parseAsync(Deno.args, { from: "user" });
} catch (cause) {
  if (cause instanceof CommanderError) exitCode = cause.exitCode === 0 ? 0 : wrongUsage; // commander has said why
  else if (cause instanceof UnusableInput) {
    console.error(cause.message);
    exitCode = wrongUsage;
  } else {
    console.error(`The harness itself broke: ${sentenceOf(cause)}`);
    if (Deno.env.get("NEVERTWICE_TRACE")) console.error(cause);
    exitCode = 3;
  }
}
Deno.exit(exitCode);
