/**
 * Instances in the harness's own process (`--host inside`), for debuggers and for tests of the harness: the same
 * conversation over the same lines, without a pipe. What a process alone gives is missing: a subject that spins or dies takes the
 * harness with it, its console is ours, its modules are loaded once for all instances, and a kill only gives it up.
 */

import { Conversation } from "./conversation.ts";
import { hosting } from "./hosting.ts";
import { type Limits, standardLimits } from "./limits.ts";
import { type ToInstance, writeLine } from "./messages.ts";
import type { InstancePool, Listener, Start, StartSpec } from "./pool.ts";
import { type Seat, startIn } from "./running.ts";

/** Makes a pool that starts no process. */
export function insidePool(limits: Partial<Limits> = {}): InstancePool {
  return new InsidePool({ ...standardLimits, ...limits });
}

class InsidePool implements InstancePool {
  readonly #limits: Limits;
  readonly #open = new Set<Conversation>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  async start(spec: StartSpec, listener: Listener, deadlineMs: number): Promise<Start> {
    if (!("module" in spec.host)) {
      const failed = "a command cannot be hosted inside: run it without --host inside";
      listener.event("start_failed", failed);
      return { failed, because: "died" };
    }
    const start = await startIn(this.#seat(), spec, listener, deadlineMs);
    if ("failed" in start) listener.event("start_failed", start.failed);
    return start;
  }

  /** There is nothing to warm. */
  async warm(): Promise<void> {}

  [Symbol.asyncDispose](): Promise<void> {
    for (const conversation of this.#open) conversation.close({ because: "died", reason: "the pool was closed" });
    return Promise.resolve();
  }

  #seat(): Seat {
    const host = hosting({
      send: (message) => {
        const line = writeLine(message);
        queueMicrotask(() => conversation.receive(line));
      },
      timers: () => Promise.resolve(undefined),
    });
    const channel = {
      send: (line: string) => queueMicrotask(() => host.receive(JSON.parse(line) as ToInstance)),
      destroy: () => host.abandon(),
    };
    const conversation: Conversation = new Conversation(channel, this.#limits, () => this.#open.delete(conversation));
    this.#open.add(conversation);
    return {
      conversation,
      pid: undefined,
      vacate: async (isTidy) => {
        await isTidy();
        conversation.unlisten();
        conversation.close({ because: "died", reason: "it has ended its work" });
        return true;
      },
    };
  }
}
