/**
 * A dead letter is kept: what was put aside lies there, to be seen, until somebody puts it back or discards it, and no longer.
 *
 * Only for subjects that tell at the end what lies there (`lyingOf` in `batches.ts`). Free is a message that has an effect, that is
 * queued again, or of whose conversation a review may have discarded it: one that was not refused, and whose message was pushed
 * with a handler that always fails (`plant`). An acknowledged review names the letters that it did away with; a batch that was put
 * back and died again is another letter. A sibling judges what the letters say.
 */

import type { Property } from "../core/property.ts";
import { holds, unknown, type Verdict, violated } from "../core/verdict.ts";
import type { KeyView, Line, OperationView, View } from "../core/view.ts";
import { isQueued } from "./acknowledged.ts";
import { conversationOf, type Lying, lyingOf, mournedOf } from "./batches.ts";

/** Violated by a dead letter that vanished, that is not listed, or that a review left behind. Examines the messages that died. */
export const deadLettersKept: Property = {
  name: "dead_letters_kept",
  claim: "A dead letter lies there, to be seen, until it is put back or discarded",
  kind: "safety",
  check(history) {
    const mourned = mournedOf(history);
    const lying = lyingOf(history);
    const there = new Set(lying.map(({ message }) => message));
    const examined = new Set([...mourned.keys(), ...there]).size;
    if (!history.quiet) return unknown("the run did not become quiet, so it was not read what lies there", examined);
    if (history.lastHealAtMs === undefined) {
      return unknown(
        "not all that was disturbed is certain to be healed, so a dead letter may be out of sight",
        examined,
      );
    }
    const seen = unlisted(lying, examined) ?? leftBehind(history, lying, examined);
    if (seen) return seen;
    let late: string | undefined;
    for (const [key, note] of mourned) {
      if (there.has(key)) continue;
      const message = history.keys.get(key);
      if (!message || isHandled(message) || mayBeDiscarded(history, message)) continue;
      if (!isQueued(history, message)) return vanished(key, note, examined);
      late ??= key;
    }
    if (late) return unknown(`message ${late}, which was a dead letter, was still queued at the end`, examined);
    return holds(examined, "no message was put aside");
  },
};

function unlisted(lying: readonly Lying[], examined: number): Verdict | undefined {
  const hidden = lying.find(({ listed }) => !listed);
  if (!hidden) return undefined;
  const because = `message ${hidden.message} lies among the dead letters, where nobody who asks for them sees it`;
  return violated(examined, because, [hidden.effect.index]);
}

/** A letter that a review was acknowledged to have done away with, and that lies there at the end. */
function leftBehind({ operations }: View, lying: readonly Lying[], examined: number): Verdict | undefined {
  for (const { id, invoke, settled } of operations.values()) {
    const reviewed = lettersIn(settled);
    const left = lying.find(({ letter }) => reviewed.includes(letter));
    if (!left) continue;
    const because = `message ${left.message} lies among the dead letters, although ${id} put it back or discarded it`;
    return violated(examined, because, [invoke.index, settled!.index, left.effect.index]);
  }
  return undefined;
}

function lettersIn(settled: OperationView["settled"]): readonly unknown[] {
  const letters = settled?.type === "ok" ? (settled.value as { readonly letters?: unknown } | null)?.letters : [];
  return Array.isArray(letters) ? letters : [];
}

function isHandled({ effects, sinks }: KeyView): boolean {
  return effects.length > 0 || sinks.some(({ answer }) => answer !== "refused");
}

/** True if somebody may have discarded the message. */
function mayBeDiscarded(history: View, message: KeyView): boolean {
  const isPoison = message.operations.some(({ op }) => fieldOf(op, "plant") !== undefined);
  return isPoison &&
    [...history.operations.values()].some((operation) =>
      fieldOf(operation.op, "do") === "review" && operation.outcome !== "fail" &&
      conversationOf(operation.key) === conversationOf(message.key)
    );
}

function fieldOf(op: unknown, name: "plant" | "do"): unknown {
  return (op as Readonly<Record<string, unknown>> | null)?.[name];
}

function vanished(key: string, note: Line<"note">, examined: number): Verdict {
  const because = `message ${key} was put among the dead letters, and is neither there nor handled nor discarded`;
  return violated(examined, because, [note.index]);
}
