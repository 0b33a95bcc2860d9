/**
 * Waits for something, but not for ever.
 */

/** What the promise gives, or undefined if it has not settled in time. The promise itself goes on. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), ms));
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Calls back when the time is over and what had already arrived by then has been read: a harness that stood still itself
 * must not blame the subject. Gives what cancels it.
 */
export function atDeadline(deadlineMs: number, over: () => void): () => void {
  let timer = setTimeout(() => timer = setTimeout(over, 1), Math.max(0, deadlineMs));
  return () => clearTimeout(timer);
}
