/**
 * A figure that the bench measured: what, how much, what is to be reached. Figures are no tests: a missed target is said, and
 * changes no exit code. Another measurement is a file that gives figures, and its line in main.ts.
 */

/** One measured figure. */
export interface Figure {
  readonly what: string;
  /** The median, if it was measured several times. */
  readonly value: number;
  /** `x` is a ratio of two rates measured in the same rounds; `/s` is things a second. */
  readonly unit: "x" | "/s" | "s" | "MiB";
  /** The smallest and the largest that were measured. */
  readonly range?: { readonly min: number; readonly max: number };
  /** What is to be reached, in the figure's unit; none for a figure that only explains others. */
  readonly target?: { readonly at: "least" | "most"; readonly value: number };
  /** How it was measured, where `what` does not say it. */
  readonly how?: string;
}

/** Whether the figure, as measured and not as printed, reaches its target; undefined if it has none. */
export function isMet({ value, target }: Figure): boolean | undefined {
  if (!target) return undefined;
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
export function spreadOf(numbers: readonly number[]): Required<Pick<Figure, "value" | "range">> {
  return { value: medianOf(numbers), range: { min: Math.min(...numbers), max: Math.max(...numbers) } };
}
