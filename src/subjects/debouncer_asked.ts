/**
 * What the operations of the debouncer subjects ask of an open debouncer, and what is acknowledged. A sibling asks it of another
 * subject (`idempotency_request.ts`).
 */

import { Refused } from "../core/outcome.ts";
import type { Call } from "../core/subject.ts";
import type { Batch, DeadLetter, Debouncer, Handled } from "../reference/debouncer/mod.ts";
import { StoreUnavailable, UnsuitableStore } from "../reference/errors.ts";
import type { DebouncerOperation } from "./debouncer.ts";
import { letterOf } from "./debouncer_dead_letters.ts";
import { conversationIn, idIn, keyOf } from "./debouncer_key.ts";

/** What a debouncer has to offer to be hosted; the rest is asked only of those that have dead letters. */
export type HostedDebouncer =
  & Pick<Debouncer, "push" | "turn" | "run">
  & Partial<Pick<Debouncer, "deadLetters" | "putBack" | "discard">>
  & AsyncDisposable;

/** A debouncer that is open, with its sink. */
export interface Open extends AsyncDisposable {
  readonly debouncer: HostedDebouncer;
  /** Writes the effect of a batch, once, and fails as the operation wants that stepped the loop, if one did. */
  handle(batch: Batch, step?: { readonly operation: string; readonly op: DebouncerOperation }): Promise<void>;
  /** Testifies that these messages were put aside. */
  dead(letter: { batch: string; conversation: string; messages: readonly string[]; reason: string | undefined }): void;
}

/** What a message's body says of itself, as JSON. */
export interface Body {
  /** The operation that pushed it. */
  readonly operation: string;
  readonly pauseMs?: number;
  readonly plant?: string;
}

/** Reads a body. */
export function bodyOf({ body }: { readonly body: string | Uint8Array }): Body {
  return JSON.parse(String(body));
}

/** Returns what is acknowledged. */
export async function ask(open: Open, op: DebouncerOperation, call: Call): Promise<unknown> {
  if (op.afterMs) await new Promise((resolve) => setTimeout(resolve, op.afterMs));
  return await asked[op.do](open, op, call);
}

const asked: Readonly<Record<DebouncerOperation["do"], typeof ask>> = { push, turn, attempt, leave, review };

async function push({ debouncer }: Open, op: DebouncerOperation, { operation }: Call): Promise<unknown> {
  const { pauseMs, plant } = op;
  const body = JSON.stringify({ operation, pauseMs, plant });
  return { verdict: await certainly(() => debouncer.push(conversationIn(op.key), { id: idIn(op.key), body })) };
}

/** Acknowledged when the conversation has nothing pending and nothing in flight any more. */
async function turn(open: Open, op: DebouncerOperation, call: Call): Promise<unknown> {
  const { handled, settled } = await step(open, op, call);
  if (settled) return { verdict: handled.length === 0 ? "nothing to do" : `${handled.length} handled` };
  if (handled.length === 0) throw new Refused("the conversation is not due, or in flight elsewhere");
  const [{ outcome, error }] = handled as readonly [Handled];
  throw new Error(`The batch came to "${outcome}"`, { cause: error });
}

/** Acknowledged when it is certain how the attempt ended, or that nothing is due: whoever steps the loop next goes on with it. */
async function attempt(open: Open, op: DebouncerOperation, call: Call): Promise<unknown> {
  const [handled] = (await step(open, op, call)).handled;
  if (!handled) return { verdict: "nothing is due" };
  const { outcome, error } = handled;
  if (outcome === "done" || outcome === "again" || outcome === "dead") return { verdict: outcome };
  throw new Error(`The batch came to "${outcome}"`, { cause: error });
}

function step({ debouncer, handle }: Open, op: DebouncerOperation, { operation }: Call): ReturnType<Debouncer["turn"]> {
  const conversation = conversationIn(op.key);
  return certainly(() => debouncer.turn((batch) => handle(batch, { operation, op }), { conversation }));
}

/** The debouncer is closed at the moment at which it has asked for what is due. Acknowledged when it is gone. */
async function leave(open: Open, op: DebouncerOperation, call: Call): Promise<unknown> {
  const [taking, leaving] = await Promise.allSettled([step(open, op, call), open[Symbol.asyncDispose]()]);
  for (const { reason } of [leaving, taking].filter((one) => one.status === "rejected")) throw reason;
  return { verdict: "left" };
}

/** Acknowledged when no dead letter is there any more of those that were; `letters` says which these were. */
async function review({ debouncer, dead }: Open, op: DebouncerOperation): Promise<unknown> {
  const { deadLetters, putBack, discard } = debouncer;
  if (!deadLetters || !putBack || !discard) throw new TypeError("Cannot review dead letters: this debouncer has none");
  const listed = await certainly(() => deadLetters.call(debouncer));
  const letters = listed.filter(({ conversation }) => conversation === conversationIn(op.key));
  for (const { id: batch, conversation, messages, reason } of letters) {
    dead({ batch, conversation, messages: messages.map((message) => keyOf(conversation, message)), reason });
  }
  for (const letter of letters) {
    if (isPoison(letter)) await discard.call(debouncer, letter.id);
    else if (await putBack.call(debouncer, letter.id) === "busy") throw new Error("Another batch is in flight");
  }
  return { verdict: `${letters.length} reviewed`, letters: letters.map(({ id, diedAtMs }) => letterOf(id, diedAtMs)) };
}

function isPoison({ messages }: DeadLetter): boolean {
  return messages.some((message) => bodyOf(message).plant !== undefined);
}

/** The errors that promise that nothing happened are believed, and held against the subject if it was not so. */
async function certainly<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof StoreUnavailable || cause instanceof UnsuitableStore) {
      throw new Refused(cause.message, { cause });
    }
    throw cause;
  }
}
