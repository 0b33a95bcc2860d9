/**
 * What a session found, as lines for a terminal: one for each scenario, what was not as expected with its reason, and a
 * closing sentence. Pure; the report says more.
 */

import picocolors from "picocolors";
import type { Results, ScenarioResult } from "../core/results.ts";

const marks: Readonly<Record<Results["outcome"], string>> = { "as expected": "✓", violated: "✕", unknown: "?" };

interface Row {
  readonly scenario: ScenarioResult;
  readonly word: string;
  readonly runs: string;
  readonly seconds: string;
}

/**
 * The summary, lines ended by `\n`; `reportPath` is where the report was written. Text of subjects cannot steer the terminal: control characters are shown
 * as `·`. Colours by default where standard output shows them.
 */
export function summaryOf(results: Results, reportPath: string, color: boolean = picocolors.isColorSupported): string {
  const colors = picocolors.createColors(color);
  const rows = results.scenarios.map(rowOf);
  const width = (of: (row: Row) => string) => Math.max(0, ...rows.map((row) => of(row).length));
  const [words, paths, runs, times] = [
    width((row) => row.word),
    width((row) => row.scenario.path),
    width((row) => row.runs),
    width((row) => row.seconds),
  ];
  const lines = rows.flatMap((row) => {
    const { scenario } = row;
    const paint = painter(colors, scenario);
    const line = [
      paint(row.word.padEnd(words)),
      scenario.kind.padEnd("control".length),
      plain(scenario.path).padEnd(paths),
      row.runs.padStart(runs),
      row.seconds.padStart(times),
    ].join("  ");
    return scenario.asExpected ? [line] : [line, `${" ".repeat(words + 11)}${colors.dim(plain(scenario.why))}`];
  });
  const bold = results.outcome === "as expected"
    ? colors.cyan
    : results.outcome === "violated"
    ? colors.magenta
    : colors.yellow;
  return [
    ...lines,
    ...(lines.length > 0 ? [""] : []),
    bold(colors.bold(`${marks[results.outcome]} ${plain(results.why)}`)),
    ...results.remarks.map((remark) => colors.dim(`note: ${plain(remark)}`)),
    `Report: ${reportPath}   (seed ${results.seed}, ${results.seconds.toFixed(1)} s)`,
    "",
  ].join("\n");
}

function rowOf(scenario: ScenarioResult): Row {
  const counted = scenario.void > 0 ? `${scenario.plans} runs, ${scenario.void} void` : `${scenario.plans} runs`;
  return { scenario, word: wordOf(scenario), runs: counted, seconds: `${scenario.seconds.toFixed(1)} s` };
}

/** Mark and word; what was not as expected is in capitals, so that it is found without colours. */
function wordOf({ kind, verdict, asExpected, expect }: ScenarioResult): string {
  if (verdict === "skipped") return "? SKIPPED";
  if (!asExpected) {
    const escaped = kind === "control" && expect === "violated" && verdict === "holds";
    return verdict === "unknown"
      ? "? UNKNOWN"
      : `✕ ${escaped ? "ESCAPED" : kind === "limit" ? "NOT SHOWN" : verdict.toUpperCase()}`;
  }
  if (kind === "claim") return "✓ holds";
  return kind === "limit" ? "✓ shown" : expect === "violated" ? "✓ caught" : `✓ ${verdict}`;
}

function painter(
  colors: ReturnType<typeof picocolors.createColors>,
  scenario: ScenarioResult,
): (text: string) => string {
  if (scenario.asExpected && scenario.verdict !== "skipped") return colors.cyan;
  return scenario.verdict === "unknown" || scenario.verdict === "skipped" ? colors.yellow : colors.magenta;
}

/** Without anything that a terminal would obey. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "·");
}
