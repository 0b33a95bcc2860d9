/**
 * One connection through the wire: a socket to the instance, a socket to the store, and a flow each way. It passes on ends as ends and
 * resets as resets, makes a fast sender wait for a slow receiver, and after a cut keeps reading until both sides have ended, so that
 * nothing that was let through is lost to a reset by the kernel.
 */

import type { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import type { ConnectionEntry } from "../core/history.ts";
import type { Direction } from "../core/place.ts";
import { Fifo } from "./fifo.ts";
import { type Ends, Flow, queuedBytesMax } from "./flow.ts";
import type { Framing, Head, Meaning } from "./framing.ts";
import type { Armed } from "./places.ts";
import type { Resets } from "./resets.ts";

/** What a connection tells the wire. */
export interface Log {
  meet(connection: Connection, direction: Direction, message: string): Armed[] | undefined;
  message(connection: Connection, direction: Direction, head: Head, meaning: Meaning, bytes: number): void;
  unknown(): void;
  event(connection: Connection, event: ConnectionEntry["event"], by: ConnectionEntry["by"]): void;
  /** Bytes came from the store. */
  chunk(connection: Connection, bytes: number): void;
  /** Bytes are written on. */
  bytes(direction: Direction, bytes: number): void;
  /** One side has ended by itself, not because the wire ended it. */
  ended(connection: Connection): void;
  /** Both sides are over. */
  gone(connection: Connection): void;
}

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly target: { readonly hostname: string; readonly port: number };
  readonly framing: Framing;
  readonly log: Log;
  readonly resets: Resets;
}

type Ending = "end" | "reset" | "refused" | "destroyed";

/** A connection of one instance. */
export class Connection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #up: Flow;
  readonly #down: Flow;
  readonly framing: Framing;
  readonly #log: Log;
  readonly #resets: Resets;
  #connected = false;
  /** The wire has ended it: whatever still comes is read and dropped. */
  #struck = false;
  /** Who ended first is who ended it. */
  #over: ConnectionEntry["by"] | undefined;
  /** Resolves when the store's end or reset was seen. */
  readonly drained: Promise<void>;
  readonly #drain: () => void;
  #gone = false;
  /** The instance has not ended its side yet. */
  clientOpen = true;
  /** The store has not ended its side yet. */
  serverOpen = true;
  /** When the first of its sides ended, in order or by a reset. */
  endedAtMs: number | undefined;
  /** Requests that the store has not begun to answer, and when the last message that asked for an answer passed. */
  readonly asked = new Fifo<{ readonly request: number; atMs: number }>();

  constructor(readonly ordinal: number, client: Socket, { target, framing, log, resets }: ConnectionOptions) {
    this.#client = client;
    this.framing = framing;
    this.#log = log;
    this.#resets = resets;
    ({ promise: this.drained, resolve: this.#drain } = Promise.withResolvers<void>());
    this.#server = connect({ host: target.hostname, port: target.port, allowHalfOpen: true, noDelay: true });
    this.#up = new Flow("up", framing, this.#ends("up", this.#server, client));
    this.#down = new Flow("down", framing, this.#ends("down", client, this.#server));
    this.#server.once("connect", () => this.#connected = true);
    this.#listen(client, this.#server, this.#up);
    this.#listen(this.#server, client, this.#down);
  }

  /** No request is unanswered, no transaction open, no message on its way. */
  get idle(): boolean {
    return this.framing.idle && this.#up.still && this.#down.still;
  }

  /** The store is expected to answer from now on. */
  asks(request: number, atMs: number): void {
    const last = this.asked.last;
    if (last?.request === request) last.atMs = atMs;
    else this.asked.push({ request, atMs });
  }

  /** The reply to a request began: how long it had waited; undefined if that is known already. */
  answered(request: number, atMs: number): number | undefined {
    let afterMs: number | undefined;
    for (let first = this.asked.first; first && first.request <= request; first = this.asked.first) {
      afterMs = atMs - first.atMs;
      this.asked.shift();
    }
    return afterMs;
  }

  /** Ends both sides in order, after what was let through; nothing more passes. */
  end(event: "cut" | "closed"): void {
    if (this.#struck) return;
    this.#stop();
    if (event === "cut" || this.#over === undefined) this.#event(event, "wire");
    // Both are read on until they end: closing a socket with unread bytes would be a reset, and could destroy what was let through.
    for (const socket of [this.#client, this.#server]) {
      socket.end();
      socket.resume();
    }
  }

  /** Gives up both sides at once. */
  destroy(): void {
    this.#stop();
    this.#client.destroy();
    this.#server.destroy();
    this.#left();
  }

  #stop(): void {
    this.#struck = true;
    this.#up.kill();
    this.#down.kill();
  }

  #left(): void {
    this.clientOpen = false;
    this.serverOpen = false;
    this.#drain();
    if (!this.#gone) this.#log.gone(this);
    this.#gone = true;
  }

  #listen(source: Socket, sink: Socket, flow: Flow): void {
    const isClient = source === this.#client;
    source.on("data", (chunk: Buffer) => {
      if (!isClient) this.#log.chunk(this, chunk.length);
      if (this.#struck) return;
      flow.push(chunk);
      if (!this.#struck && (sink.writableNeedDrain || flow.queuedBytes >= queuedBytesMax)) source.pause();
    });
    sink.on("drain", () => source.resume());
    source.on("end", () => this.#ended(isClient, "end"));
    source.on("error", () => this.#ended(isClient, isClient || this.#connected ? "reset" : "refused"));
    source.on("close", () => this.#ended(isClient, "destroyed"));
  }

  /** One side ended. A reset may follow an end, and `destroyed` follows everything. */
  #ended(isClient: boolean, how: Ending): void {
    const wasOpen = isClient ? this.clientOpen : this.serverOpen;
    if (isClient) this.clientOpen = false;
    else this.serverOpen = false;
    if (wasOpen) this.#first(isClient, how);
    // It had ended its side in order, and now it lets the other know that it does not listen any more.
    else if (how === "reset" && !this.#struck && !(isClient && this.#up.blocked)) {
      if (isClient) this.#resets.pass(this.#server);
      else this.#client.resetAndDestroy();
    }
    if (!this.clientOpen && !this.serverOpen) this.#left();
  }

  #first(isClient: boolean, how: Ending): void {
    if (how !== "destroyed") {
      if (this.#over === undefined) this.#event(how === "end" ? "closed" : how, isClient ? "instance" : "store");
      else if (!isClient) this.#event("drained", "store");
    }
    if (!isClient) this.#drain();
    if (this.#struck) return;
    this.#log.ended(this);
    const flow = isClient ? this.#up : this.#down;
    flow.end(how === "reset" ? "reset" : "end");
    if (how === "end" || how === "destroyed") return;
    // Nobody is left whom the other direction could reach; the other side is read on until it ends.
    (isClient ? this.#down : this.#up).kill();
    (isClient ? this.#server : this.#client).resume();
  }

  #event(event: ConnectionEntry["event"], by: ConnectionEntry["by"]): void {
    if (event !== "drained") this.#over = by;
    this.#log.event(this, event, by);
  }

  #ends(direction: Direction, sink: Socket, source: Socket): Ends {
    const log = this.#log;
    const self = this as Connection;
    return {
      connection: this.ordinal,
      get backendPid() {
        return self.framing.backendPid;
      },
      // Only the instance can be told to be gone by its end: a store that ends its side may still read, and answers with a reset.
      get abandoned() {
        return direction === "down" && !self.clientOpen;
      },
      meet: (message) => log.meet(self, direction, message),
      passing: (head, meaning, bytes) => log.message(self, direction, head, meaning, bytes),
      write(bytes) {
        if (!sink.writable) return;
        log.bytes(direction, bytes.length);
        sink.write(bytes);
      },
      answer(bytes) {
        if (source.writable) source.write(bytes);
      },
      endless(head, bytes) {
        if (head.endless === "unknown") log.unknown();
        log.message(self, direction, head, { request: self.framing.replying }, bytes);
      },
      unblocked: () => source.resume(),
      strike: () => self.end("cut"),
      finish(how) {
        if (how === "end") sink.end();
        else if (direction === "up") self.#resets.pass(sink);
        else sink.resetAndDestroy();
      },
    };
  }
}
