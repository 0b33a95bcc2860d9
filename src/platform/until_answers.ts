/**
 * Waiting for a server that is none of our processes: asks again and again until it answers, is gone, or the time is over.
 */

const pauseMs = 15;

/** The first answer that is no exception. Throws an Error whose `cause` is the last exception. */
export async function untilAnswers<T>(
  ask: () => Promise<T>,
  waiting: { readonly deadlineMs: number; readonly signal: AbortSignal; readonly gone?: () => string | undefined },
): Promise<T> {
  const deadline = performance.now() + waiting.deadlineMs;
  while (true) {
    waiting.signal.throwIfAborted();
    const gone = waiting.gone?.();
    if (gone !== undefined) throw new Gone(`it ended with ${gone}`);
    try {
      return await ask();
    } catch (cause) {
      if (!(cause instanceof Error)) throw cause;
      if (performance.now() > deadline) {
        throw new Error(`it did not answer within ${waiting.deadlineMs} ms (${cause.message || cause.name})`, {
          cause,
        });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** It ended instead of answering. */
export class Gone extends Error {
  override readonly name = "Gone";
}
