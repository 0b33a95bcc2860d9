/**
 * What the wire writes down: an entry for each whole message and each beginning and end of a connection, and the counts of those who
 * watch. Entries are made right before the bytes are written on, so nothing is recorded that came to nobody earlier.
 */

import type { Traffic } from "../core/fault.ts";
import type { ConnectionEntry, MessageEntry } from "../core/history.ts";
import type { Direction, Service } from "../core/place.ts";
import type { Connection, Log } from "./connection.ts";
import type { Head, Meaning } from "./framing.ts";
import type { Armed, Places } from "./places.ts";
import { TrafficCount } from "./traffic_count.ts";

/** What a wire puts into a history; `atMs` is of the run's clock. */
export type Recorded = MessageEntry | ConnectionEntry;

/** A run as the wire sees it. */
export interface WireRun {
  record(entry: Recorded): void;
  /** The run's clock, in ms. */
  now(): number;
}

/** The log of all connections of one wire. */
export class Recording implements Log {
  readonly #instance: number;
  readonly #service: Service;
  readonly #places: Places;
  readonly #gone: (connection: Connection) => void;
  readonly #watches = new Set<TrafficCount>();
  #run: WireRun | undefined;
  /** Messages of this run that nobody understood. */
  unknownMessages = 0;

  constructor(whose: { instance: number; service: Service; places: Places; gone(connection: Connection): void }) {
    this.#instance = whose.instance;
    this.#service = whose.service;
    this.#places = whose.places;
    this.#gone = whose.gone;
  }

  /** A run begins, or (undefined) it is over. */
  begin(run: WireRun | undefined): void {
    this.#run = run;
    if (!run) return;
    this.unknownMessages = 0;
    this.#watches.clear();
  }

  /** Counts from now on. `open` are the connections whose unanswered requests count. */
  watch(open: ReadonlySet<Connection>): { traffic(): Traffic } {
    const count = new TrafficCount();
    this.#watches.add(count);
    return { traffic: () => count.traffic([...open].reduce((sum, connection) => sum + connection.asked.length, 0)) };
  }

  meet(connection: Connection, direction: Direction, message: string): Armed[] | undefined {
    return this.#places.meet(connection, direction, message);
  }

  message(connection: Connection, direction: Direction, head: Head, meaning: Meaning, bytes: number): void {
    const run = this.#run;
    if (!run) return;
    const atMs = run.now();
    const entry: { -readonly [K in keyof MessageEntry]: MessageEntry[K] } = {
      type: "message",
      atMs,
      instance: this.#instance,
      service: this.#service,
      connection: connection.ordinal,
      direction,
      message: head.name,
      bytes,
      request: meaning.request,
    };
    if (meaning.text !== undefined) entry.text = meaning.text;
    if (meaning.last) entry.last = true;
    if (meaning.error) entry.error = true;
    if (this.#places.operation !== undefined) entry.operation = this.#places.operation;
    run.record(entry);
    if (meaning.asks) connection.asks(meaning.request, atMs);
    if (direction === "down") this.#answered(connection, meaning.request, atMs);
    for (const watch of this.#watches) watch.message(direction);
  }

  unknown(): void {
    this.unknownMessages++;
  }

  event(connection: Connection, event: ConnectionEntry["event"], by: ConnectionEntry["by"]): void {
    const run = this.#run;
    if (!run) return;
    const atMs = run.now();
    for (const watch of this.#watches) {
      if (event === "opened") watch.counts.opened++;
      if (event === "refused") watch.counts.refused++;
      if (event === "reset" && by === "store") watch.counts.resets++;
      if (event === "closed" && by !== "instance") watch.counts.endedByRoad++;
    }
    run.record({
      type: "connection",
      atMs,
      instance: this.#instance,
      service: this.#service,
      connection: connection.ordinal,
      event,
      by,
    });
  }

  chunk(connection: Connection, bytes: number): void {
    for (const watch of this.#watches) watch.chunk(bytes);
    // The first byte counts, whatever message it belongs to.
    if (this.#run) this.#answered(connection, connection.framing.replying, this.#run.now());
  }

  ended(connection: Connection): void {
    if (!this.#run) return;
    const atMs = this.#run.now();
    const firstAtMs = connection.endedAtMs ??= atMs;
    if (connection.clientOpen || connection.serverOpen) return;
    for (const watch of this.#watches) watch.closed(atMs - firstAtMs);
  }

  bytes(direction: Direction, bytes: number): void {
    for (const watch of this.#watches) watch.bytes(direction, bytes);
  }

  gone(connection: Connection): void {
    for (const watch of this.#watches) watch.lost(connection.asked.length);
    this.#gone(connection);
  }

  #answered(connection: Connection, request: number, atMs: number): void {
    if (connection.asked.length === 0) return;
    const afterMs = connection.answered(request, atMs);
    if (afterMs !== undefined) { for (const watch of this.#watches) watch.replied(afterMs); }
  }
}
