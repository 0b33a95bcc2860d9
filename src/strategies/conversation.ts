/**
 * The conversation of one operation, learned from an undisturbed run: which messages crossed the road, in which order, and
 * so at which places it can be disturbed.
 */

import type { Entry, MessageEntry } from "../core/history.ts";
import type { MessagePlace } from "../core/place.ts";

/** One message of a learned conversation. */
export interface Spoken {
  readonly place: MessagePlace;
  readonly bytes: number;
  /** The statement or state that it carries, if any. */
  readonly text: string | undefined;
}

/** The messages of one operation, in the order in which they crossed. Places are counted as the wire counts them. */
export function conversationOf(history: readonly Entry[], operation: string): readonly Spoken[] {
  const connections = new Map<string, number>();
  const counts = new Map<string, number>();
  return history.filter((e): e is MessageEntry => e.type === "message" && e.operation === operation).map((entry) => {
    const { service, direction, message } = entry;
    const road = `${service} ${entry.connection}`;
    const ordinal = connections.get(road) ??
      [...connections.keys()].filter((key) => key.startsWith(`${service} `)).length;
    connections.set(road, ordinal);
    const name = `${road} ${direction} ${message}`;
    const nth = counts.get(name) ?? 0;
    counts.set(name, nth + 1);
    return { place: { service, connection: ordinal, direction, message, nth }, bytes: entry.bytes, text: entry.text };
  });
}
