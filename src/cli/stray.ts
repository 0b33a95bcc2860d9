/**
 * Errors that nobody waited for: a bug of ours, or of a driver whose connection was lost. They would end the process with a
 * stack trace and lose the session; here they become a sentence.
 */

import { sentenceOf } from "./sentence.ts";

const fallback = (sentence: string) => {
  console.error(`The harness itself broke: ${sentence}`);
  Deno.exit(3);
};
let tell: (sentence: string) => void = fallback;

/** Takes such errors from the runtime; they end the command with exit code 3 until somebody listens. */
export function takeStrayErrors(): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    stray(event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    stray(event.error);
  });
}

/** Tells of them instead, until disposed. */
export function onStrayError(listener: (sentence: string) => void): Disposable {
  tell = listener;
  return { [Symbol.dispose]: () => void (tell = fallback) };
}

function stray(thrown: unknown): void {
  if (Deno.env.get("NEVERTWICE_TRACE")) console.error(thrown);
  tell(`an error that nobody waited for: ${sentenceOf(thrown)}`);
}
