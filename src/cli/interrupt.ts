/**
 * Ctrl-C and SIGTERM: the first asks the session to end and to write what it has, the second ends it at once. While there is no
 * session, the first ends the command: there is nothing to write.
 *
 * One Ctrl-C may come twice within some ms: the terminal signals all processes that are in its foreground, and `deno task`, which is one of
 * them, passes it on.
 */

/** Exit code after an interruption. */
export const interruptedCode = 130;

const signals = ["SIGINT", "SIGTERM"] as const;
/** Nobody presses Ctrl-C twice within this, and means it. */
const sameWithinMs = 300;
let controller: AbortController | undefined;
let tell: (line: string) => void = () => {};
let abortedAtMs = -Infinity;

/** An interruption that can be listened to. Disposing stops listening. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
}

/** Takes the signals from the system; they end the command until somebody listens. */
export function takeSignals(): void {
  for (const signal of signals) Deno.addSignalListener(signal, interrupted);
}

/** Listens from now on; `say` gets a sentence for whoever waits. */
export function onInterrupt(say: (line: string) => void): Interruption {
  const own = controller = new AbortController();
  tell = say;
  return { signal: own.signal, [Symbol.dispose]: () => controller = undefined };
}

function interrupted(): void {
  // The services' supervisor ends them when this process is gone, so even the second Ctrl-C leaves nothing behind.
  if (!controller) Deno.exit(interruptedCode);
  if (controller.signal.aborted) {
    if (performance.now() - abortedAtMs > sameWithinMs) Deno.exit(interruptedCode);
    return;
  }
  abortedAtMs = performance.now();
  controller.abort();
  tell("Interrupted: the runs under way are ended, and what was done so far is told (again to end at once)");
}
