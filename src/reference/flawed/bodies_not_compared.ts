/**
 * Bodies not compared: an event is its id, and what it says is not looked at. Met wherever "seen" is a set of ids.
 *
 * What goes wrong: a sender that reuses an id, or somebody who tries what happens, is told 200 for a body that nobody has processed.
 */

import { keyed, type KeyedEvent } from "../dedupe/event.ts";
import { underLease } from "../dedupe/lease.ts";
import type { DedupeOptions } from "../dedupe/mod.ts";
import { inOneTransaction } from "../dedupe/transactional.ts";
import { openTwin, type Twin } from "./twin.ts";

/** Opens the twin for which all bodies are the same. */
export function openBodiesNotCompared(options: DedupeOptions): Promise<Twin> {
  return openTwin(options, {
    transactional: ({ sessions, settings }, { event, handler, deadline }) =>
      inOneTransaction(sessions, settings, idOf(event), handler, deadline),
    leased: ({ lanes, settings }, { event, handler, deadline }) =>
      underLease(lanes, settings, idOf(event), handler, deadline),
  });
}

function idOf({ id }: KeyedEvent): KeyedEvent {
  return keyed({ id, body: "" });
}
