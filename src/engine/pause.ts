/**
 * Waiting, always with an end: for a time, or for a condition until a deadline.
 */

/** Waits for a time (0 or less: one turn of the loop, no timer). Gives false at once when aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  if (ms <= 0) return Promise.resolve(true);
  return new Promise((resolve) => {
    const timer = setTimeout(() => done(true), ms);
    const aborted = () => done(false);
    const done = (whole: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", aborted);
      resolve(whole);
    };
    signal.addEventListener("abort", aborted);
  });
}

/** Asks again and again, at growing intervals, until it is true; gives false at the deadline. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  options: { deadlineMs: number; everyMs: number; everyMsMax?: number },
): Promise<boolean> {
  const endMs = performance.now() + options.deadlineMs;
  for (let everyMs = options.everyMs;; everyMs = Math.min(everyMs * 1.5, options.everyMsMax ?? 20)) {
    if (await condition()) return true;
    if (performance.now() >= endMs) return false;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** Waits for the work, but not longer than the deadline; then gives `late`. The work goes on, and its end is ignored. */
export async function within<T, L>(work: Promise<T>, deadlineMs: number, late: L): Promise<T | L> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<L>((resolve) => timer = setTimeout(() => resolve(late), deadlineMs));
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
