/**
 * What drawn batches say: the notes of a debouncer and where its effects stand. A sibling would say what another kind of subject notes.
 *
 *     !batch(b1 c1/m1 c1/m2 full attempt=2)    a handler began with these messages
 *     !dead(b1 c1/m1 reason=poison)            they were put aside
 *     *effect(c1/m1 in=b1)                     the next place of batch b1; `at=0` says which
 *     *effect(dead/m1 of=c1/m1 letter=b1@1)    c1/m1 lies in a dead letter at the end; `hidden`: and is not listed
 */

import { type Mark, wordsOf } from "./drawing.ts";

/** True for a note that is about a batch and not about an operation. */
export function isAboutBatch({ kind, name }: Mark): boolean {
  return kind === "note" && (name === "batch" || name === "dead");
}

/** The data of such a note. */
export function batchNoted({ name, inside }: Mark): Readonly<Record<string, unknown>> {
  const { bare: [batch = "", ...words], named: { attempt = "1", token, reason = "" } } = wordsOf(inside);
  const messages = words.filter((word) => word !== "full");
  const about = { batch, conversation: conversationIn(messages[0] ?? ""), messages };
  if (name === "dead") return { ...about, reason };
  return { ...about, attempt: Number(attempt), full: words.includes("full"), ...(token ? { token } : {}) };
}

/** Gives each effect that is drawn into a batch its place there. */
export class Places {
  readonly #taken = new Map<string, number>();

  /** The data of an effect; none for one that is in no batch. */
  dataOf({ inside }: Mark): { readonly data?: unknown } {
    const { bare: [key = "", ...words], named: { in: batch, at, of: message, letter } } = wordsOf(inside);
    if (letter !== undefined) return { data: { message, dead: letter, listed: !words.includes("hidden") } };
    if (batch === undefined) return {};
    const position = at === undefined ? this.#taken.get(batch) ?? 0 : Number(at);
    this.#taken.set(batch, position + 1);
    return { data: { batch, conversation: conversationIn(key), position } };
  }
}

function conversationIn(key: string): string {
  return key.split("/")[0]!;
}
