/**
 * Nothing is processed twice: no key has more than one committed effect, whatever crashed, was cut or came at once.
 *
 * Durable and foreign effects are counted apart, by key. Foreign ones count if the sink accepted them; that is claimed only
 * where the sink deduplicates, so only such scenarios list this property for a subject with foreign effects. A sibling
 * judges other things that may happen once only.
 */

import type { Property } from "../core/property.ts";
import { holds, unknown, violated } from "../core/verdict.ts";
import type { KeyView, View } from "../core/view.ts";

/** Violated by a key with two durable effects, or two that the sink accepted. Examines the keys that have an effect. */
export const atMostOnce: Property = {
  name: "at_most_once",
  claim: "No event has more than one effect",
  kind: "safety",
  check(history) {
    let examined = 0;
    const found: { key: KeyView; effects: readonly Made[] }[] = [];
    for (const key of history.keys.values()) {
      const accepted = key.sinks.filter((sink) => sink.answer === "accepted");
      if (key.effects.length + accepted.length > 0) examined++;
      if (key.effects.length > 1) found.push({ key, effects: key.effects });
      else if (accepted.length > 1) found.push({ key, effects: accepted });
    }
    const first = found.reduce<typeof found[number] | undefined>(
      (a, b) => a && a.effects[1]!.index <= b.effects[1]!.index ? a : b,
      undefined,
    );
    if (first) return violated(examined, because(first.key, first.effects), evidence(history, first.effects));
    if (!history.quiet) return unknown("the run did not become quiet, so more effects may have come", examined);
    return holds(examined, "no effect was made");
  },
};

type Made = KeyView["effects"][number] | KeyView["sinks"][number];

function because({ key }: KeyView, effects: readonly Made[]): string {
  const [one, two] = effects;
  const by = one!.operation === two!.operation
    ? `both times by ${one!.operation}`
    : `by ${one!.operation} and ${two!.operation}`;
  const times = effects.length === 2 ? "twice" : `${effects.length} times`;
  return `event ${key} was processed ${times}, ${effects.length === 2 ? "" : "first "}${by}`;
}

/** The first two effects, and the invocations that made them. */
function evidence(history: View, effects: readonly Made[]): number[] {
  const pair = effects.slice(0, 2);
  const invokes = pair.map((effect) => history.operations.get(effect.operation)?.invoke.index);
  return [...new Set([...pair.map((effect) => effect.index), ...invokes.filter((index) => index !== undefined)])];
}
