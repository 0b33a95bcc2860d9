/**
 * One connection of npm:ioredis. By itself the driver reconnects, and then sends again what was in flight: a lane lives
 * exactly as long as its one socket, and what it was asked is sent once or not at all. To copy with `redis.ts`.
 *
 * A sibling would do the same for node-redis, or ask Sentinels for the address first.
 */

import { Buffer } from "node:buffer";
import { Command, Redis as Driver } from "ioredis";
import { nextTick } from "node:process";
import type { ConnectionOptions } from "node:tls";
import { withoutWords } from "./redis_meaning.ts";

/** Where Redis is and who asks, as the driver wants it. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: ConnectionOptions;
}

/** Reads a url by hand: the driver would take its query for options, and they would count more than ours. */
export function addressOf(url: string | URL, tls: ConnectionOptions | undefined): Address {
  const parsed = URL.canParse(String(url)) ? new URL(url) : undefined;
  const db = /^\/?(\d{0,4})$/.exec(parsed?.pathname ?? "")?.[1];
  if (parsed === undefined || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === "" || db === undefined) {
    throw new TypeError("Cannot open Redis: the url has to look like redis://user:password@host:6379/0");
  }
  const [username, password] = [parsed.username, parsed.password].map(decoded);
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(parsed.port || 6_379),
    db: Number(db),
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    ...(parsed.protocol === "rediss:" || tls !== undefined ? { tls: tls ?? {} } : {}),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new TypeError('Cannot open Redis: in the url, "%" of a user or password has to be written as "%25"');
  }
}

/** One word of a command. */
export type Word = string | number | Uint8Array;

/** A command that was sent. Whoever brings the deadline may reject it before the driver does. */
export interface Sent {
  readonly promise: Promise<unknown>;
  readonly reject: (error: Error) => void;
}

const goodbyeMsMax = 1_000;
const gatheredMax = 4;

/** A client of npm:ioredis with a single socket, which is opened at once. */
export class Lane {
  /** Resolves when commands can be sent; rejects, with the reason, if there will be no such time. */
  readonly opening: Promise<void>;
  /** Whether the server has answered to the connect: before that, nothing can have been sent. */
  ready = false;
  readonly #driver: Driver;
  #discarded = false;
  /** How many commands of this moment wait for being written together; undefined if this moment had none yet. */
  #gathered: number | undefined;
  #loss: unknown;

  constructor(address: Address) {
    this.#driver = new Driver({
      ...address,
      lazyConnect: true,
      retryStrategy: null,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      enableReadyCheck: false,
      disableClientInfo: true,
      connectTimeout: 0, // the deadline of whoever waits ends this lane
      disconnectTimeout: goodbyeMsMax,
    });
    // An `error` event that nobody hears is printed by the driver, and ends the process if the socket is the one to say it.
    const lost = (error: unknown) => this.#loss ??= withoutWords(error);
    this.#driver.on("error", lost);
    this.#driver.once("connect", () => this.#driver.stream.on("error", lost));
    this.opening = this.#open();
    this.opening.catch(() => {}); // whoever waits hears it; a lane that nobody waits for any more has failed in silence
  }

  /** Whether this lane can take no more commands. */
  get gone(): boolean {
    return this.#discarded || this.#driver.status === "close" || this.#driver.status === "end";
  }

  /**
   * Sends one command, once. `gathered`: others are sent in this moment too. The first of them goes at once, so that the server
   * has work while we gather; the rest goes by fours, for a write is most of what a command costs.
   */
  send(verb: string, words: readonly Word[], gathered: boolean): Sent {
    const command = new Command(verb, words.map(asArgument), { replyEncoding: "utf8" });
    if (!gathered) {
      this.#driver.sendCommand(command);
    } else if (this.#gathered === undefined) {
      this.#gathered = 0;
      nextTick(this.#endMoment);
      this.#driver.sendCommand(command);
    } else {
      if (this.#gathered++ === 0) this.#driver.stream.cork();
      this.#driver.sendCommand(command);
      if (this.#gathered === gatheredMax) this.#write();
    }
    return command;
  }

  readonly #endMoment = (): void => {
    this.#write();
    this.#gathered = undefined;
  };

  #write(): void {
    if (!this.#gathered) return;
    this.#gathered = 0;
    this.#driver.stream.uncork();
  }

  /** Throws the socket away: by a reset, for after an orderly end the kernel would go on delivering what it still holds. */
  discard(): void {
    this.#discarded = true;
    const { stream } = this.#driver;
    if (stream === undefined) return this.#driver.disconnect();
    const resettable = !stream.connecting && !stream.destroyed && !this.#driver.options.tls;
    if (resettable) stream.resetAndDestroy(); // which alone would wait until all has been written
    stream.destroy();
  }

  /** Says goodbye, and waits until the socket is gone, a second at most. */
  async end(): Promise<void> {
    this.#discarded = true;
    if (this.#driver.status === "end" || this.#driver.stream?.closed === true) return;
    const ended = new Promise<void>((resolve) => this.#driver.once("end", () => resolve()));
    this.#driver.disconnect();
    await ended;
  }

  async #open(): Promise<void> {
    try {
      await this.#driver.connect();
      // A database that does not exist is told by an event alone: the driver would go on in database 0.
      if (this.#loss !== undefined) throw this.#loss;
      this.ready = true;
    } catch (error) {
      // Any class: it is thrown on. The driver says "Connection is closed." where the event before it had the reason.
      this.discard();
      throw this.#loss ?? error;
    }
  }
}

function asArgument(word: Word): string | number | Buffer {
  return word instanceof Uint8Array ? Buffer.from(word.buffer, word.byteOffset, word.byteLength) : word;
}
