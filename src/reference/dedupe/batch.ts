/**
 * Batch mode: many events and their rows in one statement, so that a consumer of a queue or of a bulk webhook pays one
 * round trip and one commit. All of it happens or nothing does. Claims without an effect are not offered: an event that
 * is claimed first and processed later is lost by whoever dies in between.
 */

import { Buffer } from "node:buffer";
import type { Deadline } from "./deadline.ts";
import { keyed, type KeyedEvent, type WebhookEvent } from "./event.ts";
import type { Lanes } from "./lanes.ts";
import { type LookedAt, verdictOf } from "./look.ts";
import type { Settings } from "./options.ts";
import { afterTheFact } from "./after_the_fact.ts";
import { refusalOf } from "./refusal.ts";
import { claimBatchSql, lookSql } from "./sql.ts";
import { textArray } from "./text_array.ts";
import type { Verdict } from "./verdict.ts";

/**
 * One data-modifying statement that reads the new events from `fresh (event_id text, body bytea)`, such as
 * `insert into orders (event_id, data) select event_id, convert_from(body, 'UTF8')::jsonb from fresh`.
 * It is part of the program: never build it from what a sender sent.
 */
export type BatchEffect = string;

const eventsMax = 10_000;

interface Batched extends KeyedEvent {
  readonly body: WebhookEvent["body"];
}

/** Claims the events with their effect in one statement. See `Dedupe.batch`. */
export async function claimBatch(
  lanes: Lanes,
  settings: Settings,
  events: readonly WebhookEvent[],
  effect: BatchEffect,
  deadline: Deadline,
): Promise<Verdict<void>[]> {
  if (events.length > eventsMax) throw new TypeError(`Cannot take a batch: more than ${eventsMax} events`);
  if (effect.trim() === "") throw new TypeError("Cannot take a batch: it has no effect statement");
  if (events.length === 0) return [];
  const batch = events.map((event) => ({ ...keyed(event), body: event.body }));
  // The first of each id stands for it: the statement must see no id twice, or the effect would.
  const unique = new Map([...batch].reverse().map((event) => [event.id, event]));
  try {
    const fresh = await claimAll(lanes, settings, [...unique.values()], effect, deadline);
    const known = await afterTheFact(
      look(lanes, settings, [...unique.keys()].filter((id) => !fresh.has(id)), deadline),
    );
    return batch.map((event) => {
      const first = unique.get(event.id);
      if (!fresh.has(event.id)) return verdictOf(event, known.get(event.id));
      if (event === first) return { verdict: "first", value: undefined };
      return event.fingerprint === first?.fingerprint ? { verdict: "duplicate" } : { verdict: "conflict" };
    });
  } catch (error) {
    // Somebody holds one of the events, and the statement is all or nothing: all of them wait.
    const busy = refusalOf(error, 1_000);
    return batch.map(() => busy);
  }
}

async function claimAll(
  lanes: Lanes,
  { provider }: Settings,
  events: readonly Batched[],
  effect: BatchEffect,
  deadline: Deadline,
): Promise<ReadonlySet<string>> {
  const text = claimBatchSql.replace("/*effect*/", () => effect);
  const claimed = await lanes.run<{ event_id: string }>(text, [
    provider,
    textArray(events.map((event) => event.id)),
    textArray(events.map((event) => event.fingerprint)),
    textArray(events.map((event) => Buffer.from(event.body as Uint8Array).toString("base64"))),
  ], deadline);
  return new Set(claimed.map((row) => row.event_id));
}

async function look(
  lanes: Lanes,
  { provider }: Settings,
  ids: readonly string[],
  deadline: Deadline,
): Promise<ReadonlyMap<string, LookedAt>> {
  if (ids.length === 0) return new Map();
  const seen = await lanes.run<LookedAt>(lookSql, [provider, textArray(ids)], deadline);
  return new Map(seen.map((row) => [row.event_id, row]));
}
