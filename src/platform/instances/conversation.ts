/**
 * The harness's end of the line protocol: keeps track of what was asked, holds the instance to deadlines and limits, and
 * turns everything that can go wrong into values.
 *
 * It knows nothing of processes: it sends lines into a {@link Channel} and is told lines, breaches and the end.
 */

import type { Operation } from "../../core/plan.ts";
import type { Limits } from "./limits.ts";
import {
  type FromInstance,
  type OutcomeMessage,
  protocolVersion,
  readLine,
  type ToInstance,
  writeLine,
} from "./messages.ts";
import type { Because, Listener, Reply } from "./pool.ts";
import { firstLine } from "./reason.ts";
import { atDeadline } from "./within.ts";

/** The road to one instance. */
export interface Channel {
  send(line: string): void;
  /** Ends it at once and for good; the conversation is told nothing more after that. */
  destroy(): void;
}

/** What only one thing at a time can be waited for. */
type Control = Exclude<FromInstance, { type: "note" | "outcome" }>;

/** Why a conversation is over. */
export interface End {
  readonly because: Exclude<Because, "thrown">;
  readonly reason: string;
}

interface Awaited {
  readonly types: readonly Control["type"][];
  settle(message: Control | "deadline" | "over"): void;
}

interface Pending {
  readonly cancelTimer: () => void;
  resolve(reply: Reply): void;
}

/** One line of communication with one host, through any number of instances. */
export class Conversation {
  readonly #channel: Channel;
  readonly #limits: Limits;
  readonly #onEnd: (end: End) => void;
  readonly #pending = new Map<string, Pending>();
  /** Operations whose deadline passed, and whose outcome may still come. */
  readonly #late = new Set<string>();
  #awaited: Awaited | undefined;
  #listener: Listener | undefined;
  #secrets: readonly string[] = [];
  #notes = 0;
  #end: End | undefined;

  constructor(channel: Channel, limits: Limits, onEnd: (end: End) => void) {
    this.#channel = channel;
    this.#limits = limits;
    this.#onEnd = onEnd;
  }

  /** Undefined while it goes on. */
  get end(): End | undefined {
    return this.#end;
  }

  /** From now on notes and events are for this listener; `secrets` are masked in all that it is told. */
  listen(listener: Listener, secrets: readonly string[]): void {
    this.#listener = listener;
    this.#secrets = secrets;
    this.#notes = 0;
    this.#late.clear();
  }

  /** Nobody is told anything until the next {@link listen}. */
  unlisten(): void {
    this.#listener = undefined;
  }

  /** Text of the subject, fit for a history. */
  safe(text: string): string {
    return firstLine(text, this.#secrets);
  }

  /** Sends `message`, if any, and waits for one of these answers. */
  ask<T extends Control["type"]>(
    message: ToInstance | undefined,
    types: readonly T[],
    deadlineMs: number,
  ): Promise<Extract<Control, { type: T }> | "deadline" | "over"> {
    if (this.#end !== undefined) return Promise.resolve("over");
    return new Promise((resolve) => {
      const cancelTimer = atDeadline(deadlineMs, () => this.#awaited?.settle("deadline"));
      this.#awaited = {
        types,
        settle: (answer) => {
          cancelTimer();
          this.#awaited = undefined;
          resolve(answer as Extract<Control, { type: T }> | "deadline" | "over");
        },
      };
      if (message !== undefined) this.#channel.send(writeLine(message));
    });
  }

  /** Asks for an operation; the reply is info at the deadline, and an answer that comes later is ignored. */
  invoke(operation: string, op: Operation, deadlineMs: number): Promise<Reply> {
    if (this.#end !== undefined) return Promise.resolve({ outcome: "info", ...this.#end });
    if (this.#pending.has(operation) || this.#late.has(operation)) {
      return Promise.resolve(broken(`the operation ${operation} was asked for twice`));
    }
    const line = writeLine({ type: "invoke", operation, op });
    if (line.length * 3 > this.#limits.lineBytesMax && byteLength(line) > this.#limits.lineBytesMax) {
      return Promise.resolve(broken(`the operation ${operation} is longer than ${this.#limits.lineBytesMax} bytes`));
    }
    return new Promise((resolve) => {
      const cancelTimer = atDeadline(deadlineMs, () => this.#giveUp(operation, deadlineMs));
      this.#pending.set(operation, { cancelTimer, resolve });
      this.#channel.send(line);
    });
  }

  /** Takes a line that the instance wrote. */
  receive(line: string): void {
    if (this.#end !== undefined) return;
    const message = readLine(line);
    if (message.type === "malformed") this.breach(message.why, line);
    else if (message.type === "note") this.#receiveNote(message, line);
    else if (message.type === "outcome") this.#receiveOutcome(message, line);
    else this.#receiveControl(message, line);
  }

  /** The instance broke the protocol: what is under way is info, and the channel is destroyed. */
  breach(why: string, line?: string): void {
    if (this.#end !== undefined) return;
    const reason = line === undefined ? why : `${why}: ${this.safe(line)}`;
    this.#listener?.event("broke", reason);
    this.close({ because: "protocol", reason });
  }

  /** Its process ended by itself. */
  died(how: string): void {
    if (this.#end !== undefined) return;
    const reason = this.safe(how);
    this.#listener?.event("died", reason);
    this.close({ because: "died", reason });
  }

  /** It did not do what it was asked to within its time, and is killed. */
  hung(reason: string): void {
    if (this.#end !== undefined) return;
    this.#listener?.event("hung", reason);
    this.close({ because: "died", reason: `killed: ${reason}` });
  }

  /** Ends the conversation without an event of its own. */
  close(end: End): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#channel.destroy();
    for (const { cancelTimer, resolve } of this.#pending.values()) {
      cancelTimer();
      resolve({ outcome: "info", ...end });
    }
    this.#pending.clear();
    this.#awaited?.settle("over");
    this.#onEnd(end);
  }

  /** Operations that have no outcome yet. */
  get unsettled(): readonly string[] {
    return [...this.#pending.keys(), ...this.#late];
  }

  #giveUp(operation: string, deadlineMs: number): void {
    const pending = this.#pending.get(operation);
    if (pending === undefined) return;
    this.#pending.delete(operation);
    this.#late.add(operation);
    pending.resolve({ outcome: "info", reason: `did not answer within ${deadlineMs} ms`, because: "deadline" });
    this.#channel.send(writeLine({ type: "cancel", operation }));
    if (this.#late.size > this.#limits.lateOperationsMax) {
      this.breach(`more than ${this.#limits.lateOperationsMax} operations passed their deadline without an outcome`);
    }
  }

  #receiveNote({ kind, data, operation }: Extract<FromInstance, { type: "note" }>, line: string): void {
    if (this.#listener === undefined) return this.breach("a note while no instance was started", line);
    this.#notes++;
    if (this.#notes > this.#limits.notesPerRunMax) {
      return this.breach(`more than ${this.#limits.notesPerRunMax} notes in one run`);
    }
    this.#listener.note(kind, data, operation);
  }

  #receiveOutcome(message: OutcomeMessage, line: string): void {
    const pending = this.#pending.get(message.operation);
    if (pending === undefined) {
      if (this.#late.delete(message.operation)) return;
      return this.breach("an outcome for an operation that was not asked for, or has had its outcome", line);
    }
    this.#pending.delete(message.operation);
    pending.cancelTimer();
    pending.resolve(this.#replyOf(message));
  }

  #receiveControl(message: Control, line: string): void {
    if (message.type === "hello" && message.version !== protocolVersion) {
      return this.breach(`it speaks version ${message.version} of the protocol, the harness ${protocolVersion}`, line);
    }
    const awaited = this.#awaited;
    if (awaited === undefined || !awaited.types.includes(message.type)) {
      return this.breach(`a ${message.type} that nobody waited for`, line);
    }
    if (message.type === "stopped" && this.unsettled.length > 0) {
      return this.breach(`a stopped while ${this.unsettled.slice(0, 3).join(", ")} had no outcome`, line);
    }
    if (message.type === "started") this.#listener?.event("started");
    if (message.type === "stopped") this.#listener?.event("stopped", message.reason && this.safe(message.reason));
    awaited.settle(message);
  }

  #replyOf(message: OutcomeMessage): Reply {
    if (message.outcome === "ok") return { outcome: "ok", value: message.value };
    const reason = this.safe(message.reason);
    return message.outcome === "fail"
      ? { outcome: "fail", reason, final: message.final }
      : { outcome: "info", reason, because: "thrown" };
  }
}

function broken(reason: string): Reply {
  return { outcome: "info", reason, because: "protocol" };
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
