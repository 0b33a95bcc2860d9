/**
 * Framing of the Redis protocol, RESP 2 and 3: where its commands and replies begin and end. What they mean is `redis_requests.ts`.
 *
 * A sibling frames Postgres, whose messages begin with their length. Here only the last head within a message tells it, so a long one
 * passes while it is still being read. Encryption is not agreed on in this protocol but begins at once: it passes uncut.
 */

import type { Buffer } from "node:buffer";
import type { Direction } from "../core/place.ts";
import type { Framing, Head, Meaning } from "./framing.ts";
import { commandAt, type RedisCommand } from "./redis_command.ts";
import { replyNames } from "./redis_names.ts";
import { RedisRequests } from "./redis_requests.ts";
import { newsBytesMax } from "./redis_subscriptions.ts";
import { RespScan } from "./resp_scan.ts";
import { learnName } from "./script_names.ts";

const unknown: Head = { name: "unknown", length: Infinity, inspectBytes: 0, endless: "unknown" };
const encrypted: Head = { name: "Encrypted", length: Infinity, inspectBytes: 0, endless: "unframed" };
const replication: Head = { name: "Replication", length: Infinity, inspectBytes: 0, endless: "unframed" };

const handshake = 0x16;
const minus = 0x2d;
const errorBytesMax = 64;
const monitorBytesMax = 16;

/** The names of replies by their first byte, as an array, since this is asked for every message. */
const names: readonly (string | undefined)[] = Array.from(
  { length: 256 },
  (_, byte) => replyNames[String.fromCharCode(byte)],
);

/** The framing of one Redis connection. */
export class RedisFraming implements Framing {
  readonly #requests = new RedisRequests();
  readonly #scans = { up: new RespScan(), down: new RespScan() };
  /** The command that passes, and how many of its bytes lie before those that are scanned. */
  #command: RedisCommand | undefined;
  #headBytes = 0;
  #isFirst = true;
  /** Once one direction cannot be divided, nor can the other: it could not be told what it answers. */
  #endless: Head | undefined;
  readonly backendPid = undefined;

  get replying(): number {
    return this.#requests.replying;
  }
  get idle(): boolean {
    return this.#requests.idle && this.#endless === undefined;
  }

  head(direction: Direction, bytes: Buffer, from: number): Head | "more" {
    if (this.#endless) return this.#endless;
    if (from >= bytes.length) return "more";
    const head = direction === "up" ? this.#up(bytes, from) : this.#down(bytes, from);
    return head === "more" || !head.endless ? head : this.#end(head);
  }

  measure(direction: Direction, bytes: Buffer, from: number): number | "more" | Head {
    if (this.#endless) return this.#endless;
    const length = this.#scans[direction].read(bytes, from);
    if (length === "unknown") return this.#end(unknown);
    return length === "more" || direction === "down" ? length : this.#headBytes + length;
  }

  /** npm:ioredis 6 takes `:1\r` for whole, and `$-1` too. */
  spare(direction: Direction, { name }: Head): number {
    if (direction === "up") return 0;
    return name === "Null" ? 3 : 1;
  }

  meaning(direction: Direction, head: Head, first: Buffer): Meaning {
    if (direction === "down") return this.#requests.down({ name: head.name, first, failed: this.#scans.down.failed });
    // A replica's connection: what follows its request is no reply.
    if (head.name === "PSYNC" || head.name === "SYNC") this.#endless = replication;
    const command = this.#command!;
    if (command.script) learnName(command.script.sha1, command.script.name);
    return this.#requests.up(command);
  }

  #up(bytes: Buffer, from: number): Head | "more" {
    if (this.#isFirst && bytes[from] === handshake) return encrypted;
    const command = commandAt(bytes, from);
    if (command === "more") return "more";
    if (command === "unknown") return unknown;
    this.#isFirst = false;
    this.#command = command;
    this.#headBytes = command.next - from;
    const scan = this.#scans.up;
    scan.begin(command.left);
    const rest = scan.read(bytes, command.next);
    if (rest === "unknown") return unknown;
    return { name: command.name, length: rest === "more" ? undefined : this.#headBytes + rest, inspectBytes: 0 };
  }

  #down(bytes: Buffer, from: number): Head | "more" {
    let name = names[bytes[from]!];
    if (name === undefined) return unknown;
    if (name === "BulkString" || name === "Array") {
      if (from + 1 >= bytes.length) return "more";
      if (bytes[from + 1] === minus) name = "Null";
    }
    const scan = this.#scans.down;
    scan.begin();
    const length = scan.read(bytes, from);
    if (length === "unknown") return unknown;
    return { name, length: length === "more" ? undefined : length, inspectBytes: this.#inspect(name) };
  }

  /** How much of a reply its meaning depends on. */
  #inspect(name: string): number {
    if (name === "Error" || name === "BulkError") return errorBytesMax;
    if (name === "Push") return newsBytesMax;
    if (name === "Array") return this.#requests.listens ? newsBytesMax : 0;
    return name === "SimpleString" && this.#requests.monitors ? monitorBytesMax : 0;
  }

  #end(head: Head): Head {
    this.#endless = { ...head, endless: "unframed" };
    return head;
  }
}
