/**
 * Figures as a plain table with aligned columns, to read in a terminal and to copy into a README.
 */

import { type Figure, isMet } from "./figure.ts";

const headings = ["what", "figure", "min to max", "target", "", "how"];

/** The table, one line a figure, below a line of headings. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [headings, ...figures.map(rowOf)];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd()).join("\n");
}

function rowOf(figure: Figure): string[] {
  const { what, value, unit, range, target, how = "" } = figure;
  const met = isMet(figure);
  return [
    what,
    `${inDigits(value)} ${unit}`,
    range ? `${inDigits(range.min)} to ${inDigits(range.max)}` : "",
    target ? `${target.at === "least" ? ">=" : "<="} ${target.value} ${unit}` : "",
    met === undefined ? "" : met ? "met" : "missed",
    how,
  ];
}

/** Three digits say as much as such a measurement knows; whole numbers are not cut. */
function inDigits(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}
