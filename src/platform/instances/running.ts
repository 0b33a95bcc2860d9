/**
 * One instance from its start to its end, over a conversation that may have served others before it.
 */

import type { Left } from "../../core/lane.ts";
import type { Operation } from "../../core/plan.ts";
import type { Conversation } from "./conversation.ts";
import type { Listener, Reply, RunningInstance, Start, StartSpec } from "./pool.ts";
import { secretsOf } from "./reason.ts";

/** Where an instance sits, and what happens to its seat when it leaves. */
export interface Seat {
  readonly conversation: Conversation;
  readonly pid: number | undefined;
  /**
   * It ended its work. `isTidy` looks whether it left anything behind, as soon as that can be seen. Resolves to false if the seat did
   * not end in time.
   */
  vacate(isTidy: () => Promise<boolean>, remainingMs: number): Promise<boolean>;
}

/** Starts a subject in a seat whose host has said hello. A failure closes the conversation. */
export async function startIn(seat: Seat, spec: StartSpec, listener: Listener, deadlineMs: number): Promise<Start> {
  const { conversation } = seat;
  conversation.listen(listener, secretsOf(Object.values(spec.urls)));
  const message = {
    type: "start",
    ...("module" in spec.host ? { module: spec.host.module.href } : {}),
    instance: spec.instance,
    namespace: spec.namespace,
    options: spec.options,
    urls: spec.urls,
    sink: spec.sink,
    clockOffsetMs: spec.clockOffsetMs ?? 0,
  } as const;
  const answer = await conversation.ask(message, ["started", "start_failed"], deadlineMs);
  if (answer === "over") return failedBy(conversation);
  if (answer === "deadline") {
    const failed = `did not start within ${Math.round(deadlineMs)} ms`;
    conversation.close({ because: "deadline", reason: failed });
    return { failed, because: "deadline" };
  }
  if (answer.type === "started") return { started: new Running(seat, listener) };
  const failed = conversation.safe(answer.reason);
  conversation.close({ because: "died", reason: "it was ended because it could not start" });
  return { failed, because: "thrown", ...(answer.code === undefined ? {} : { code: answer.code.slice(0, 100) }) };
}

/** Why a start failed in a conversation that is over. */
export function failedBy({ end }: Conversation): Extract<Start, { failed: string }> {
  return { failed: end?.reason ?? "ended without a reason", because: end?.because ?? "died" };
}

const nothing: Left = () => Promise.resolve(undefined);

/** An instance that is ready for work. */
export class Running implements RunningInstance {
  readonly seat: Seat;
  readonly #listener: Listener;
  /** It has ended its work: nobody ends its process for it any more, which is looked at and may then serve somebody else. */
  #vacated = false;
  #stopping: Promise<"stopped" | "hung" | "died"> | undefined;

  constructor(seat: Seat, listener: Listener) {
    this.seat = seat;
    this.#listener = listener;
  }

  get pid(): number | undefined {
    return this.seat.pid;
  }

  get alive(): boolean {
    return this.#stopping === undefined && this.seat.conversation.end === undefined;
  }

  invoke(operation: string, op: Operation, deadlineMs: number): Promise<Reply> {
    if (this.#stopping === undefined) return this.seat.conversation.invoke(operation, op, deadlineMs);
    return Promise.resolve({ outcome: "info", reason: "it was asked to end its work", because: "died" });
  }

  stop(deadlineMs: number, left: Left = nothing): Promise<"stopped" | "hung" | "died"> {
    this.#stopping ??= this.#stop(deadlineMs, left);
    return this.#stopping;
  }

  kill(): void {
    if (!this.#vacated) this.seat.conversation.died("killed by the harness");
  }

  async #stop(deadlineMs: number, left: Left): Promise<"stopped" | "hung" | "died"> {
    const { conversation } = this.seat;
    const beganMs = performance.now();
    const answer = await conversation.ask({ type: "stop" }, ["stopped"], deadlineMs);
    if (answer === "over") return "died";
    if (answer === "deadline") {
      const { unsettled } = conversation;
      const left = unsettled.length === 0 ? "" : `, with ${unsettled.slice(0, 3).join(", ")} under way`;
      conversation.hung(`did not end its work within ${deadlineMs} ms${left}`);
      return "hung";
    }
    const timers = answer.timers ?? 0;
    if (timers > 0) this.#listener.event("leaked", `${timers} ${timers === 1 ? "timer was" : "timers were"} still set`);
    this.#vacated = true;
    // As long as it is looked at, its process serves nobody else: what that one does to the process would hide what this one has left.
    const isTidy = async () => {
      const seen = await left();
      if (seen !== undefined) this.#listener.event("leaked", seen);
      return timers === 0 && seen === undefined;
    };
    if (await this.seat.vacate(isTidy, deadlineMs - (performance.now() - beganMs))) return "stopped";
    const reason = `did not exit within ${deadlineMs} ms`;
    this.#listener.event("hung", reason);
    conversation.close({ because: "died", reason });
    return "hung";
  }
}
