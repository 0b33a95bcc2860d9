/**
 * Figures as a plain table with aligned columns, to read in a terminal and to copy into a README.
 */

import { type Figure, isReached } from "./figure.ts";

const headings = ["what", "figure", "min to max", "to reach", "", "how"];

/** The table, one line a figure, below a line of headings. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [headings, ...figures.map(rowOf)];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd()).join("\n");
}

/** How many targets were reached, missed, and not measured, as a sentence without its full stop. */
export function sumInWords(figures: readonly Figure[]): string {
  const targets = figures.filter(({ target }) => target);
  const counted = (reached: boolean | undefined) => targets.filter((one) => isReached(one) === reached).length;
  return `${counted(true)} of ${targets.length} targets reached, ${counted(false)} not reached, ` +
    `${counted(undefined)} not measured`;
}

function rowOf(figure: Figure): string[] {
  const { what, unit, target } = figure;
  const toReach = target ? `${target.at === "least" ? ">=" : "<="} ${target.value} ${unit}` : "";
  if ("notMeasured" in figure) return [what, "", "", toReach, "not measured", figure.notMeasured];
  const { value, range, how = "" } = figure;
  const reached = isReached(figure);
  return [
    what,
    `${inDigits(value)} ${unit}`,
    range ? `${inDigits(range.min)} to ${inDigits(range.max)}` : "",
    toReach,
    reached === undefined ? "" : reached ? "reached" : "not reached",
    how,
  ];
}

/** Three digits say as much as such a measurement knows; whole numbers are not cut. */
function inDigits(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}
