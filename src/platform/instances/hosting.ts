/**
 * The instance's end of the line protocol for subjects in TypeScript: loads a module, starts what it exports as `hosted`,
 * and turns messages into calls and what comes of them into messages.
 *
 * One `hosting` serves any number of instances, one after the other. It knows neither pipes nor processes, so that the
 * process of an instance and the harness's own process (`--host inside`) run the very same code.
 */

import type { Hosted, Instance } from "../../core/subject.ts";
import type { FromInstance, OutcomeMessage, ToInstance } from "./messages.ts";
import { codeOf, reasonOf, refusalOf } from "./reason.ts";
import { type StartMessage, worldOf } from "./world.ts";

/** What the host cannot do the same way everywhere. */
export interface Surroundings {
  /** Passes a message on, at once and in order. */
  send(message: FromInstance): void;
  /** Number of timers that would keep the process alive; undefined where they cannot be told from others'. */
  timers(): Promise<number | undefined>;
}

/** Takes the harness's messages. */
export interface Hosting {
  receive(message: ToInstance): void;
  /** Aborts every signal that it gave out and goes silent: the harness has given this instance up. */
  abandon(): void;
}

interface Running {
  readonly controller: AbortController;
  settled: Promise<void>;
}

/** Builds the instance's end of the line. */
export function hosting(around: Surroundings): Hosting {
  let instance: Instance | undefined;
  let over = new AbortController();
  const running = new Map<string, Running>();

  async function start(message: StartMessage): Promise<void> {
    const mine = over = new AbortController();
    try {
      const hosted = await load(message.module);
      const ready = await hosted.start(worldOf(message, (note) => around.send(note), mine.signal));
      if (mine.signal.aborted) return await ready[Symbol.asyncDispose]();
      instance = ready;
      around.send({ type: "started" });
    } catch (thrown) {
      if (mine.signal.aborted) return;
      mine.abort();
      const code = codeOf(thrown);
      around.send({ type: "start_failed", reason: reasonOf(thrown), ...(code === undefined ? {} : { code }) });
    }
  }

  function invoke({ operation, op }: Extract<ToInstance, { type: "invoke" }>): void {
    const mine = over.signal;
    const call: Running = { controller: new AbortController(), settled: Promise.resolve() };
    running.set(operation, call);
    call.settled = attempt(instance, op, { operation, signal: call.controller.signal }).then((outcome) => {
      running.delete(operation);
      if (!mine.aborted) sendOutcome(outcome);
    });
  }

  function sendOutcome(outcome: OutcomeMessage): void {
    try {
      around.send(outcome);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      const reason = `the value cannot be written as JSON: ${error.message}`;
      around.send({ type: "outcome", operation: outcome.operation, outcome: "info", reason });
    }
  }

  async function stop(): Promise<void> {
    let reason: string | undefined;
    try {
      await instance?.[Symbol.asyncDispose]();
    } catch (thrown) {
      reason = reasonOf(thrown);
    }
    const left = [...running.values()];
    for (const { controller } of left) controller.abort(new Error("the instance was asked to end its work"));
    await Promise.all(left.map(({ settled }) => settled));
    instance = undefined;
    over.abort(new Error("the instance has ended its work"));
    const timers = await around.timers();
    around.send({
      type: "stopped",
      ...(reason === undefined ? {} : { reason }),
      ...(timers === undefined ? {} : { timers }),
    });
  }

  return {
    receive(message) {
      if (message.type === "start") void start(message);
      else if (message.type === "invoke") invoke(message);
      else if (message.type === "cancel") running.get(message.operation)?.controller.abort(noLongerWaited());
      else if (message.type === "stop") void stop();
      else around.send({ type: "pong", id: message.id });
    },
    abandon() {
      over.abort(noLongerWaited());
      for (const { controller } of running.values()) controller.abort(noLongerWaited());
    },
  };
}

async function load(module: string | undefined): Promise<Hosted> {
  if (module === undefined) throw new TypeError("Cannot start a subject: the start message names no module");
  const { hosted }: { hosted?: Partial<Hosted> } = await import(module);
  if (typeof hosted?.start !== "function") {
    throw new TypeError(`Cannot start ${module}: it does not export "hosted" with a function start`);
  }
  return hosted as Hosted;
}

async function attempt(
  instance: Instance | undefined,
  op: Parameters<Instance["invoke"]>[0],
  call: Parameters<Instance["invoke"]>[1],
): Promise<OutcomeMessage> {
  const { operation } = call;
  try {
    if (instance === undefined) throw new TypeError(`Cannot invoke ${operation}: no instance is started`);
    return { type: "outcome", operation, outcome: "ok", value: await instance.invoke(op, call) };
  } catch (thrown) {
    const refusal = refusalOf(thrown);
    return refusal === undefined
      ? { type: "outcome", operation, outcome: "info", reason: reasonOf(thrown) }
      : { type: "outcome", operation, outcome: "fail", reason: reasonOf(thrown), final: refusal.final };
  }
}

function noLongerWaited(): DOMException {
  return new DOMException("the harness no longer waits for this", "AbortError");
}
