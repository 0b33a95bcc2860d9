/**
 * The wire: a relay on the road from one instance to one store. It knows where messages begin and end, so it can do three things that
 * no proxy does: record the conversation, cut it once at an exact place, and hold a message until it is let go.
 *
 * One wire is opened and closed for each run of its lane. Everything that ends a road in another way is Toxiproxy's, behind it.
 */

import type { Socket } from "node:net";
import type { Traffic } from "../core/fault.ts";
import type { Hold, RoadConnection } from "../core/lane.ts";
import type { MessagePlace, Place, Service } from "../core/place.ts";
import { Connection } from "./connection.ts";
import type { Framing } from "./framing.ts";
import { freePort, returnPort } from "./free_port.ts";
import { makeHold } from "./hold.ts";
import { Listener } from "./listener.ts";
import { type Armed, Places } from "./places.ts";
import { PostgresFraming } from "./postgres_framing.ts";
import { Recording, type WireRun } from "./recording.ts";
import { RedisFraming } from "./redis_framing.ts";
import { Resets } from "./resets.ts";

export type { Recorded, WireRun } from "./recording.ts";

/** Whose road it is, and where it leads. */
export interface WireOptions {
  readonly instance: number;
  readonly service: Service;
  readonly target: { readonly hostname: string; readonly port: number };
  /**
   * Whether encryption may be agreed on (then nothing can be recorded, cut or held), or is answered `N`; `refuse` by default. With Redis
   * nothing is agreed on: a client begins to encrypt, and that passes.
   */
  readonly tls?: "pass" | "refuse";
  /** A free one is picked by default. */
  readonly port?: number;
}

/** So long the ends that the road behind has made may take to get here, before the wire ends connections itself. */
const endingMsMax = 100;

const framings: Readonly<Record<Service, (tls: "pass" | "refuse") => Framing>> = {
  postgres: (tls) => new PostgresFraming(tls),
  redis: () => new RedisFraming(),
};

/** Makes a wire. It listens from its first `open` on. Rejects if no port is free. */
export async function openWire(options: WireOptions): Promise<Wire> {
  return new Wire(options, options.port ?? await freePort());
}

/** The relay of one instance and store. */
export class Wire implements AsyncDisposable {
  readonly #options: WireOptions;
  readonly #listener: Listener;
  readonly #places: Places;
  readonly #connections = new Set<Connection>();
  readonly #holds = new Set<Hold>();
  readonly #recording: Recording;
  readonly #resets = new Resets();
  #isOpen = false;
  #ordinal = 0;

  constructor(options: WireOptions, port: number) {
    this.#options = options;
    this.#places = new Places(options.service);
    this.#listener = new Listener(port, options.port === undefined, (socket) => this.#accepted(socket));
    this.#recording = new Recording({
      ...options,
      places: this.#places,
      gone: (connection) => this.#connections.delete(connection),
    });
  }

  /** Where the instance connects to. It changes only in `open`, if another program took the port between two runs. */
  get port(): number {
    return this.#listener.port;
  }

  /** Messages of this run that nobody understood, passed unharmed. */
  get unknownMessages(): number {
    return this.#recording.unknownMessages;
  }

  /** A run begins: connections count from 0, entries go to it, watches and all that was armed are forgotten. Rejects if it cannot listen. */
  async open(run: WireRun): Promise<void> {
    if (this.#isOpen) {
      throw new Error(`Cannot open the wire of instance ${this.#options.instance}: its last run was not closed`);
    }
    this.#ordinal = 0;
    this.#places.clear();
    this.#recording.begin(run);
    await this.#listener.listen({ elsewhere: true });
    this.#isOpen = true;
  }

  /** The next run begins on the connections that are open: all that was armed and watched is forgotten, entries go to it. */
  turn(run: WireRun): void {
    this.#places.clear();
    this.#recording.begin(run);
  }

  /**
   * The run is over: stops listening, lets go what is held, ends what is open, and waits until every server side has ended, at most
   * `deadlineMs`. Gives the number of connections that had not; they are given up.
   */
  async close(deadlineMs: number): Promise<{ undrained: number }> {
    this.#listener.close();
    this.#places.clear();
    for (const hold of this.#holds) hold.disarm();
    this.#holds.clear();
    const connections = [...this.#connections];
    for (const connection of connections) connection.end("closed");
    const undrained = await within(deadlineMs, connections);
    for (const connection of connections) connection.destroy();
    this.#recording.begin(undefined);
    this.#isOpen = false;
    return { undrained };
  }

  /** An operation begins at the instance: its places count from here. */
  begin(operation: string): void {
    this.#places.begin(operation);
  }

  /** It has settled. What still comes counts as its conversation until the next one begins. */
  end(operation: string): void {
    this.#places.end(operation);
  }

  /** Cuts one connection, once, at a place in the conversation of an operation that may begin later. `struck` says what was let through. */
  cut(cut: { readonly operation: string; readonly place: Place }, struck: (what: string) => void): { disarm(): void } {
    const armed: Armed = { ...cut, hold: undefined, struck };
    this.#places.arm(armed);
    return { disarm: () => this.#places.disarm(armed) };
  }

  /**
   * Holds a message until it is released, and what comes behind it in its direction. A held request is delivered then even if the
   * client has gone meanwhile, and its end is passed on after it; a held reply to a client that has gone is dropped.
   */
  hold(place: { readonly operation: string; readonly place: MessagePlace }): Hold {
    const { hold, holding } = makeHold(() => {
      this.#places.disarm(armed);
      this.#holds.delete(hold);
    });
    const armed: Armed = { ...place, hold: holding, struck: undefined };
    this.#places.arm(armed);
    this.#holds.add(hold);
    return hold;
  }

  /**
   * Refuses new connections, lets the road behind end the open ones in its own way (`behind`), and ends in order those that it left.
   * Rejects if `behind` does; nobody listens then all the same.
   */
  async refuse(behind?: () => Promise<unknown>): Promise<void> {
    this.#listener.close();
    if (behind) {
      await behind();
      await within(endingMsMax, [...this.#connections]);
    }
    for (const connection of this.#connections) connection.end("closed");
  }

  /** Listens again, on the same port. Rejects if that is not possible. */
  accept(): Promise<void> {
    return this.#isOpen ? this.#listener.listen({ elsewhere: false }) : Promise.resolve();
  }

  /** Until the disposal, resets of the instance are passed on in order, for a toxic is on the road behind. */
  gentle(): Promise<Disposable> {
    return this.#resets.gentle();
  }

  /** Begins to count; until the next `open`. */
  watch(): { traffic(): Traffic } {
    return this.#recording.watch(this.#connections);
  }

  /** Those that have not ended on both sides. */
  connections(): readonly RoadConnection[] {
    return [...this.#connections].map((c) => {
      const { clientOpen, serverOpen, idle } = c;
      const pid = c.framing.backendPid;
      return { connection: c.ordinal, idle, clientOpen, serverOpen, ...(pid === undefined ? {} : { backendPid: pid }) };
    });
  }

  /** Ends all and gives the port back. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(0);
    if (this.#options.port === undefined) returnPort(this.port);
  }

  #accepted(socket: Socket): void {
    // It came while the listener was being closed.
    if (!this.#listener.isListening) return void socket.resetAndDestroy();
    const { target, tls } = this.#options;
    const framing = framings[this.#options.service](tls ?? "refuse");
    const connection = new Connection(this.#ordinal++, socket, {
      target,
      framing,
      log: this.#recording,
      resets: this.#resets,
    });
    this.#connections.add(connection);
    this.#recording.event(connection, "opened", "instance");
  }
}

/** How many of the connections have not drained after this time. */
async function within(deadlineMs: number, connections: readonly Connection[]): Promise<number> {
  const deadline = Promise.withResolvers<void>();
  const timer = setTimeout(deadline.resolve, deadlineMs);
  try {
    await Promise.race([deadline.promise, Promise.all(connections.map((connection) => connection.drained))]);
  } finally {
    clearTimeout(timer);
  }
  return connections.filter((connection) => connection.serverOpen).length;
}
