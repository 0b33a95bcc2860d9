/**
 * Waiting for a service: asks again and again until it answers, it dies, or the time is over.
 */
import type { Launched } from "./launched.ts";

/** Why waiting ended in vain; `died` tells a service that ended by itself from one that was too slow. */
export class NotReady extends Error {
  override readonly name = "NotReady";
  readonly died: boolean;

  constructor(message: string, died: boolean, options?: ErrorOptions) {
    super(message, options);
    this.died = died;
  }
}

const PAUSE_MS = 10;

/** The first answer of `ask` that is not an exception. Throws NotReady with the end of the service's log. */
export async function untilAnswers<T>(
  launched: Launched,
  ask: () => Promise<T>,
  waiting: { deadlineMs: number; signal: AbortSignal },
): Promise<T> {
  const deadline = performance.now() + waiting.deadlineMs;
  while (true) {
    waiting.signal.throwIfAborted();
    if (!launched.running) {
      throw new NotReady(`it ended with ${await launched.gone()}: ${await launched.logTail()}`, true);
    }
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (performance.now() > deadline) {
        const told = `it did not answer within ${waiting.deadlineMs} ms (${error.message}): ${await launched
          .logTail()}`;
        throw new NotReady(told, false, { cause: error });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
