/**
 * Batches as instances and effects tell of them: what properties of a debouncer have in common. A message's key is
 * `<conversation>/<message id>`.
 *
 * The note `batch` is said when a handler begins, with the messages in their order; `dead` when messages were put aside as dead
 * letters. Each message has an effect of its own, with its batch and its position there; one that lies among the dead letters at the
 * end has an effect of another key, whose data names it (`message`) and the letter (`dead`). Testimony that lacks what it should have
 * is left out, so that nobody is accused by it. A sibling reads grants (`grants.ts`).
 */

import type { KeyView, Line, View } from "../core/view.ts";

/** A handler that began: one attempt at a batch. */
export interface Batch {
  /** Unique in the history: the conversation and the batch's own name. */
  readonly id: string;
  readonly conversation: string;
  /** Keys, in the order in which the handler was given them. */
  readonly messages: readonly string[];
  /** 1 for the first handler, more for those that took it over. */
  readonly attempt: number;
  /** It says that it was taken because no further message had room. */
  readonly full: boolean;
  readonly note: Line<"note">;
}

/** Where a committed effect says that its message stood. */
export interface Membership {
  /** As in {@link Batch}. */
  readonly batch: string;
  readonly position: number;
  readonly effect: Line<"effect"> | Line<"sink">;
}

/** The conversation of a message's key: all before its first slash; the whole key if it has none. */
export function conversationOf(key: string): string {
  const slash = key.indexOf("/");
  return slash < 0 ? key : key.slice(0, slash);
}

/** All attempts at batches, in the order in which the harness read of them. */
export function batchesOf({ notes }: View): readonly Batch[] {
  return notes.flatMap((note): Batch[] => {
    const told = note.kind === "batch" ? tellingOf(note.data) : undefined;
    if (!told) return [];
    const { attempt, full } = note.data as { readonly attempt?: unknown; readonly full?: unknown };
    return [{ ...told, attempt: typeof attempt === "number" ? attempt : 1, full: full === true, note }];
  });
}

/** What first showed a message among the dead letters, by its key: a note, or what was read at the end. */
export function deadLettersOf(history: View): ReadonlyMap<string, Line<"note"> | Line<"effect">> {
  const dead = new Map<string, Line<"note"> | Line<"effect">>(mournedOf(history));
  for (const { message, effect } of lyingOf(history)) if (!dead.has(message)) dead.set(message, effect);
  return dead;
}

/** The first note that put a message among the dead letters, by the message's key. */
export function mournedOf({ notes }: View): ReadonlyMap<string, Line<"note">> {
  const dead = new Map<string, Line<"note">>();
  for (const note of notes) {
    if (note.kind !== "dead") continue;
    for (const key of tellingOf(note.data)?.messages ?? []) if (!dead.has(key)) dead.set(key, note);
  }
  return dead;
}

/** A message that lay among the dead letters when all was quiet. */
export interface Lying {
  /** The message's key. */
  readonly message: string;
  /** The letter, as no other one is called: a batch that was put back and died again is another one. */
  readonly letter: string;
  /** False if whoever asks for the dead letters does not see it. */
  readonly listed: boolean;
  readonly effect: Line<"effect">;
}

/** What was read of dead letters at the end. */
export function lyingOf({ keys }: View): readonly Lying[] {
  const lying: Lying[] = [];
  for (const { effects } of keys.values()) {
    for (const effect of effects) {
      const { message, dead, listed } = fieldsOf(effect.data);
      if (typeof message !== "string" || typeof dead !== "string") continue;
      lying.push({ message, letter: dead, listed: listed !== false, effect });
    }
  }
  return lying;
}

/** Why dead letters of a debouncer may be unseen, if notes were not recorded. */
export function whyUnseen({ notes, dropped }: View): string | undefined {
  const unseen = dropped.find(({ what }) => what.includes("note"));
  const debounces = unseen && notes.some(({ kind }) => kind === "batch" || kind === "dead");
  return debounces ? `${unseen.count} ${unseen.what} were not recorded` : undefined;
}

/** The places in batches at which effects of a message were committed, durable and accepted ones. */
export function membershipsOf({ key, effects, sinks }: KeyView): readonly Membership[] {
  const committed = [...effects, ...sinks.filter(({ answer }) => answer === "accepted")];
  return committed.flatMap((effect): Membership[] => {
    const { batch, conversation, position } = fieldsOf(effect.data);
    if (!isName(batch) || typeof position !== "number") return [];
    return [{ batch: nameOf(isName(conversation) ? conversation : conversationOf(key), batch), position, effect }];
  });
}

function tellingOf(data: unknown): Pick<Batch, "id" | "conversation" | "messages"> | undefined {
  const { batch, conversation, messages } = fieldsOf(data);
  if (!isName(batch) || !Array.isArray(messages)) return undefined;
  const keys = messages.filter((key) => typeof key === "string");
  if (keys.length === 0 || keys.length < messages.length) return undefined;
  const whole = isName(conversation) ? String(conversation) : conversationOf(keys[0]!);
  return { id: nameOf(whole, batch), conversation: whole, messages: keys };
}

function fieldsOf(data: unknown): Readonly<Record<string, unknown>> {
  return typeof data === "object" && data !== null ? data as Record<string, unknown> : {};
}

function isName(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}

/** Batches may be counted anew in each conversation. */
function nameOf(conversation: string | number, batch: string | number): string {
  return `${conversation} ${batch}`;
}
