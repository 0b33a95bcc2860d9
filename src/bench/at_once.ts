/**
 * One thing done two ways, side by side, at 1, 10 and 50 at a time: one figure for each. Latency decides at 1, the work of
 * this process and of the server at 50.
 */

import type { Measured, Target } from "./figure.ts";
import { compare, during, inRates } from "./in_rounds.ts";

const atOnceOf = [1, 10, 50];
const ms = 100;

/** Two ways of one thing; each does it once and gives how many things that were. */
export interface Pair {
  /** "ours / theirs". */
  readonly what: string;
  readonly ours: () => Promise<number>;
  readonly theirs: () => Promise<number>;
  readonly target?: Target;
  /** Said behind the rates. */
  readonly how?: string;
  /** How many rounds of 100 ms for each side count. Default 15. */
  readonly rounds?: number;
}

/** Measures the pairs one after the other; `clear` takes out all that an earlier measurement left in the store. */
export async function atOnce(
  pairs: readonly Pair[],
  { clear, signal }: { readonly clear: () => Promise<void>; readonly signal: AbortSignal },
): Promise<Measured[]> {
  const figures: Measured[] = [];
  for (const { what, ours, theirs, target, how, rounds = 15 } of pairs) {
    for (const atOnce of atOnceOf) {
      await clear();
      const side = (work: () => Promise<number>) => during(work, { ms, atOnce, signal });
      const compared = await compare({ ours: side(ours), bare: side(theirs) }, { rounds, signal });
      figures.push({
        what: `${what}, ${atOnce} at a time`,
        unit: "x",
        ...compared.ratio,
        target,
        how: how === undefined ? inRates(compared) : `${inRates(compared)}; ${how}`,
      });
    }
  }
  return figures;
}
