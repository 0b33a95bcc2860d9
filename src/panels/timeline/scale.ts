/**
 * A time axis on which a message of a millisecond and a lease of a second can both be seen: between two events that follow
 * one another, the width grows with the logarithm of the time. So order is kept, lengths are not, and long pauses are named.
 */

/** Below this, in ms, time is nearly linear. */
const linearMs = 0.5;
/** What each gap gets at least, beside its logarithm. */
const gapWeight = 0.8;
/** A pause this long, in ms, is named on the axis. */
const pauseMsMin = 20;

/** A shortened time axis. */
export interface Scale {
  /** Pixels from the left, for a time in ms within the scale. */
  x(atMs: number): number;
  /** Long stretches without any event. */
  readonly pauses: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/** Makes the scale for these moments (at least one), `widthPx` wide. */
export function shortenedScale(moments: readonly number[], widthPx: number): Scale {
  const times = [...new Set(moments)].sort((a, b) => a - b);
  const sums = [0];
  for (let n = 1; n < times.length; n++) {
    sums.push(sums[n - 1]! + gapWeight + Math.log2(1 + (times[n]! - times[n - 1]!) / linearMs));
  }
  const total = sums.at(-1)! || 1;
  const pauses = times.slice(1).map((toMs, n) => ({ fromMs: times[n]!, toMs }));
  return {
    x(atMs) {
      const after = upper(times, atMs);
      if (after === 0) return 0;
      if (after === times.length) return widthPx;
      const [from, to] = [times[after - 1]!, times[after]!];
      const share = (atMs - from) / (to - from);
      return (sums[after - 1]! + share * (sums[after]! - sums[after - 1]!)) / total * widthPx;
    },
    pauses: pauses.filter((pause) => pause.toMs - pause.fromMs >= pauseMsMin),
  };
}

/** Index of the first time above `atMs`. */
function upper(times: readonly number[], atMs: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
