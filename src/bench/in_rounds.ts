/**
 * Measures two ways of doing a thing side by side: in short rounds, one after the other, the first of a round changing from
 * round to round, so that whatever else the machine does meets both. The ratio is taken within each round.
 */

import { medianOf, spreadOf } from "./figure.ts";

/** Does the thing for a while and gives its rate a second. */
export type Side = () => Promise<number>;

/** Ratios of the two sides by round, and the medians of their rates a second. */
export interface Compared {
  readonly ratio: ReturnType<typeof spreadOf>;
  readonly ours: number;
  readonly bare: number;
}

/** Compares two sides, after one round that does not count. Rejects with the signal's reason. */
export async function compare(
  sides: { readonly ours: Side; readonly bare: Side },
  { rounds, signal }: { readonly rounds: number; readonly signal: AbortSignal },
): Promise<Compared> {
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    signal.throwIfAborted();
    const early = round % 2 === 0 ? await sides.ours() : undefined;
    const other = await sides.bare();
    const own = early ?? await sides.ours();
    if (round === 0) continue; // connections are opened, statements prepared, code is compiled
    ours.push(own);
    bare.push(other);
  }
  return { ratio: spreadOf(ours.map((rate, i) => rate / bare[i]!)), ours: medianOf(ours), bare: medianOf(bare) };
}

/** Both rates as part of a sentence. */
export function inRates({ ours, bare }: Compared): string {
  const whole = (rate: number) => Math.round(rate).toLocaleString("en");
  return `${whole(ours)} against ${whole(bare)} a second`;
}

/** A side that works for so many ms, so many at a time; `work` gives how many things it did. */
export function during(
  work: () => Promise<number>,
  { ms, atOnce, signal }: { readonly ms: number; readonly atOnce: number; readonly signal: AbortSignal },
): Side {
  return async () => {
    const startedMs = performance.now();
    let done = 0;
    const worker = async () => {
      while (performance.now() - startedMs < ms && !signal.aborted) {
        const count = await work(); // on a line of its own: `done += await` would forget what others did meanwhile
        done += count;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return 1_000 * done / (performance.now() - startedMs);
  };
}
