/**
 * A figure that the bench measured: what, how much, what is to be reached. Figures are no tests: a missed target is said, and
 * changes no exit code. Another measurement is a file that gives figures, and its line in parts.ts.
 */

/** One line of the bench. */
export type Figure = Measured | Unmeasured;

/** What is to be reached, in the figure's unit. */
export interface Target {
  readonly at: "least" | "most";
  readonly value: number;
}

/** `x` is a ratio of two rates measured in the same rounds; `/s` is things a second; `B` is bytes. */
export type Unit = "x" | "/s" | "s" | "ms" | "MiB" | "B";

/** A measured figure. */
export interface Measured {
  readonly what: string;
  /** The median, if it was measured several times. */
  readonly value: number;
  readonly unit: Unit;
  /** The smallest and the largest that were measured. */
  readonly range?: { readonly min: number; readonly max: number };
  /** None for a figure that only explains others. */
  readonly target?: Target | undefined;
  /** How it was measured, where `what` does not say it. */
  readonly how?: string;
}

/** A figure that could not be measured here. */
export interface Unmeasured extends Pick<Measured, "what" | "unit" | "target"> {
  /** Why not, as a sentence. */
  readonly notMeasured: string;
}

/** Whether the figure, as measured and not as printed, reaches its target; undefined if it has none, or was not measured. */
export function isReached(figure: Figure): boolean | undefined {
  if (!figure.target || "notMeasured" in figure) return undefined;
  const { value, target } = figure;
  return target.at === "least" ? value >= target.value : value <= target.value;
}

/** The middle one of some numbers, or the mean of the two in the middle. Throws a RangeError for none. */
export function medianOf(numbers: readonly number[]): number {
  if (numbers.length === 0) throw new RangeError("Cannot take the median of no numbers");
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2;
}

/** The median of some numbers, with the smallest and the largest, as a figure has them. */
export function spreadOf(numbers: readonly number[]): Required<Pick<Measured, "value" | "range">> {
  return { value: medianOf(numbers), range: { min: Math.min(...numbers), max: Math.max(...numbers) } };
}

/** The least number that so many percent of the numbers do not exceed (nearest rank). Throws a RangeError for none. */
export function percentileOf(numbers: readonly number[], percent: number): number {
  if (numbers.length === 0) throw new RangeError("Cannot take a percentile of no numbers");
  return numbers.toSorted((a, b) => a - b)[Math.max(0, Math.ceil((numbers.length * percent) / 100) - 1)]!;
}
