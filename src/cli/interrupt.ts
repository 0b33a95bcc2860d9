/**
 * Ctrl-C and SIGTERM: the first asks the session to end and to write what it has, the second ends it at once.
 */

/** Exit code after an interruption. */
export const interruptedCode = 130;

/** An interruption that can be listened to. Disposing stops listening. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
}

/** Listens for SIGINT and SIGTERM; `say` gets a sentence for whoever waits. */
export function onInterrupt(say: (line: string) => void): Interruption {
  const controller = new AbortController();
  const signals = ["SIGINT", "SIGTERM"] as const;
  const listener = () => {
    // The services' supervisor ends them when this process is gone, so even the second Ctrl-C leaves nothing behind.
    if (controller.signal.aborted) Deno.exit(interruptedCode);
    controller.abort();
    say("Interrupted: ending the runs under way and writing the report (again to end at once)");
  };
  for (const signal of signals) Deno.addSignalListener(signal, listener);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const signal of signals) Deno.removeSignalListener(signal, listener);
    },
  };
}
