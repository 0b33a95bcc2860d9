/**
 * docs/safeguards.md, made from the promises, the scenarios and the removals: one row a promise, with what proves it, the
 * twin that lacks it, and what becomes of the session when the safeguard behind it is taken out. Nothing in it is written by
 * hand, so it cannot say more than what is run; a test fails when the file is older than what it is made from.
 */

import { fileURLToPath } from "node:url";
import type { NamedScenario } from "../../core/scenario.ts";
import { discoverScenarios } from "../../engine/discover.ts";
import { allRemovals, type NamedRemoval } from "./all_removals.ts";
import { type Chapter, type Promised, promisesOfDedupe } from "./promises.ts";
import { promisesOnRedis } from "./promises_on_redis.ts";

/** Where the page is. */
export const pageUrl: URL = new URL("../../../docs/safeguards.md", import.meta.url);

/** Where the scenarios are. */
export const scenariosFolder: string = fileURLToPath(new URL("../../../scenarios", import.meta.url));

/** All that the reference promises. */
export const allChapters: readonly Chapter[] = [...promisesOfDedupe, ...promisesOnRedis];

/** What a page is made from. */
export interface Sources {
  readonly chapters: readonly Chapter[];
  readonly scenarios: readonly NamedScenario[];
  readonly removals: readonly NamedRemoval[];
}

/** The page as it has to be now. */
export async function currentPage(): Promise<string> {
  const scenarios = await discoverScenarios(scenariosFolder);
  return pageOf({ chapters: allChapters, scenarios, removals: await allRemovals() });
}

/** The page, as Markdown. */
export function pageOf(sources: Sources): string {
  const unnoticed = sources.removals.filter(({ expects }) => "unnoticedBecause" in expects);
  return [
    "# The safeguards of the reference",
    introductionOf(sources),
    ...sources.chapters.flatMap((chapter) => [`## ${chapter.title}`, tableOf(chapter, sources)]),
    "## Precautions, which no claim rests on",
    "These were taken out, the named claim was run, and it held: another safeguard does their work, or what they are for cannot " +
    "be made to happen here. They are kept for the reasons given, and nothing is claimed for them.",
    table(["Without", "Run", "Why nothing was noticed"], unnoticed.map(unnoticedRow)),
  ].join("\n\n") + "\n";
}

function introductionOf({ chapters, scenarios, removals }: Sources): string {
  const promises = chapters.flatMap((chapter) => chapter.promises);
  const proved = promises.filter(({ id }) => proofsOf(id, scenarios).length > 0);
  const noticed = removals.filter(({ expects }) => "violates" in expects);
  return `Made by \`deno task safeguards --write\` from \`scenarios/\` and \`src/testing/safeguards/\`: do not edit it here.

One row for each promise: the scenarios that prove it, the flawed twins that lack it and have to be caught in every
session, and what happens when the safeguard behind it is taken out of the reference. \`deno task safeguards\` takes out
${noticed.length} of them, one after the other, and expects the claim that is named here to turn red by the property that
is named here. ${proved.length} of ${promises.length} promises are proved by a scenario; the others say what there is instead.`;
}

function tableOf(chapter: Chapter, sources: Sources): string {
  return table(
    ["Promise", "Proved by", "Twin that lacks it", "Taken out"],
    chapter.promises.map((promised) => [
      `\`${promised.id}\`<br>${promised.says}`,
      proofCell(promised, sources.scenarios),
      lines(sources.scenarios.filter(({ scenario }) => lacks(scenario, promised.id)).map(scenarioLink)),
      lines(sources.removals.filter(({ promise }) => promise === promised.id).flatMap(removalLine)),
    ]),
  );
}

function proofCell({ id, tested = [] }: Promised, scenarios: readonly NamedScenario[]): string {
  const proofs = proofsOf(id, scenarios);
  if (proofs.length > 0) return lines(proofs.map(scenarioLink));
  if (tested.length === 0) return "not proved";
  return `not proved by a scenario; tested in ${tested.map(({ file }) => fileLink(file)).join(" and ")}`;
}

/** The claims that name a promise in `proves`. */
export function proofsOf(id: string, scenarios: readonly NamedScenario[]): readonly NamedScenario[] {
  return scenarios.filter(({ scenario }) => scenario.kind === "claim" && scenario.proves?.includes(id));
}

function lacks(scenario: NamedScenario["scenario"], id: string): boolean {
  return scenario.kind === "control" && (scenario.lacks?.includes(id) ?? false);
}

function removalLine({ name, without, expects }: NamedRemoval): string[] {
  if (!("violates" in expects)) return [];
  return [`${removalLink(name, `without ${without}`)}: \`${expects.violates}\` in \`${lastOf(expects.scenario)}\``];
}

function unnoticedRow({ name, without, expects }: NamedRemoval): string[] {
  const because = "unnoticedBecause" in expects ? expects.unnoticedBecause : "";
  return [removalLink(name, without), `\`${lastOf(expects.scenario)}\``, because];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

function lines(all: readonly string[]): string {
  return all.length > 0 ? all.join("<br>") : "none";
}

function scenarioLink({ path }: NamedScenario): string {
  return `[${lastOf(path)}](../scenarios/${path}.ts)`;
}

function removalLink(name: string, words: string): string {
  return `[${words}](../src/testing/safeguards/removals/${name}.ts)`;
}

function fileLink(file: string): string {
  return `[${lastOf(file)}](../${file})`;
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
