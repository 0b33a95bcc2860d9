/**
 * A Redis client for Lua scripts that never sends a command twice by itself. All calls share one socket, which the first of
 * them opens. Each call is answered within the deadline, and a failure says whether certainly nothing happened or whether
 * nobody knows. A call that runs out of time costs the socket, so that its command is not delivered later than need be: what
 * else was sent there is then unknown too, and what was not sent is told so.
 *
 * It is for scripts that change nothing when they come a second time, or late: on any road a command may do both.
 * A sibling would keep the interface and speak to a cluster. To use it, copy `errors.ts` and the two `redis_*.ts` with it;
 * it needs npm:ioredis, and runs in Deno and in Node from 22.18 on.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { OutcomeUnknown, replyOf, tell } from "./errors.ts";
import { type Address, addressOf, Lane, type Sent, type Word } from "./redis_lane.ts";
import { forgets, meaningOf, unavailable, verifySuitable } from "./redis_meaning.ts";

export type { Word } from "./redis_lane.ts";

/** A Lua script: its name is that of the file, and of the first line of its text. */
export interface Script {
  readonly name: string;
  readonly lua: string;
  readonly sha1: string;
}

/** Options of a client. */
export interface RedisOptions {
  /** Where Redis is: `redis://user:password@host:6379/0`, or `rediss:` for TLS. */
  readonly url: string | URL;
  readonly tls?: ConnectionOptions | undefined;
  /** Each call answers within this many milliseconds. */
  readonly deadlineMs: number;
  /** How many calls may wait for their answer at a time; more are refused. Default 10,000. */
  readonly inFlightMax?: number | undefined;
  /** What is written about; nothing by default. */
  readonly log?: ((record: { level: "info" | "warn" | "error"; event: string; details: unknown }) => void) | undefined;
}

/** Reads a script from a file beside the module: `loadScript(new URL("push.lua", import.meta.url))`. */
export function loadScript(file: URL): Script {
  const lua = readFileSync(file, "utf8");
  const name = file.pathname.split("/").at(-1)?.replace(/\.lua$/, "") ?? "";
  if (!lua.startsWith(`-- ${name}: `)) throw new TypeError(`Cannot load a script: it has to begin with "-- ${name}: "`);
  return { name, lua, sha1: createHash("sha1").update(lua).digest("hex") };
}

/** An open client. */
export interface Redis extends AsyncDisposable {
  /**
   * Runs a script once: by EVALSHA, and by EVAL if the server does not know it. Replies come as RESP 2 has them, texts as
   * UTF-8. Throws StoreUnavailable (certainly nothing happened), OutcomeUnknown (it was sent, and may have been or may yet
   * be executed), UnsuitableStore (nothing happened until the set-up is changed), or unchanged an error that is a mistake:
   * the script may then have written something before it failed.
   */
  run(script: Script, keys: readonly string[], args: readonly Word[]): Promise<unknown>;
  /** Takes no more calls, waits for those in flight (each has its deadline), and closes the connection. */
  close(): Promise<void>;
}

/**
 * Opens a client, looks whether the server will do (6.2 or later, a primary, `noeviction`; the log is told of one without
 * `appendonly`), and loads the scripts. Throws UnsuitableStore (with what to change), StoreUnavailable, or a TypeError for a
 * bad option. A server that takes this one's place later is not looked at again.
 */
export async function openRedis(options: RedisOptions, scripts: readonly Script[]): Promise<Redis> {
  const client = new Client(options);
  try {
    await client.verify(scripts);
    return client;
  } catch (error) {
    // Any class: it is thrown on, the connection is only given back first. What was asked changes nothing.
    await client.close();
    throw error instanceof OutcomeUnknown ? unavailable("it did not answer at the start", error) : error;
  }
}

class Client implements Redis {
  readonly #address: Address;
  readonly #inFlightMax: number;
  readonly #log: RedisOptions["log"];
  readonly #calls: Calls;
  #lane: Lane | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: RedisOptions) {
    this.#inFlightMax = atLeastOne("inFlightMax", options.inFlightMax ?? 10_000);
    this.#log = options.log;
    this.#address = addressOf(options.url, options.tls);
    this.#calls = new Calls(atLeastOne("deadlineMs", options.deadlineMs), this.#discard);
  }

  async verify(scripts: readonly Script[]): Promise<void> {
    // All at once, so that one deadline bounds it; what INFO says about the server is the error to be seen.
    const loaded = Promise.allSettled(scripts.map(({ lua }) => this.#ask("script", ["LOAD", lua])));
    const info = String(await this.#ask("info", []));
    verifySuitable(info);
    if (forgets(info)) this.#tell("without_persistence", { why: "appendonly is off: a restart of Redis forgets" });
    for (const one of await loaded) if (one.status === "rejected") throw one.reason;
  }

  run(script: Script, keys: readonly string[], args: readonly Word[]): Promise<unknown> {
    return this.#ask("evalsha", [script.sha1, keys.length, ...keys, ...args], script);
  }

  close(): Promise<void> {
    return this.#closing ??= (async () => {
      await this.#calls.answered();
      await this.#lane?.end();
    })();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #ask(verb: string, words: readonly Word[], script?: Script): Promise<unknown> {
    if (this.#closing !== undefined) return Promise.reject(unavailable("this client is closing"));
    if (this.#calls.size >= this.#inFlightMax) return Promise.reject(unavailable("too many calls are in flight"));
    const lane = this.#openLane();
    const call = this.#calls.begin(lane, script);
    return lane.ready ? this.#send(call, verb, words) : this.#whenOpen(call, verb, words);
  }

  #openLane(): Lane {
    if (this.#lane === undefined || this.#lane.gone) this.#lane = new Lane(this.#address);
    return this.#lane;
  }

  #send(call: Call, verb: string, words: readonly Word[]): Promise<unknown> {
    try {
      call.sent = call.lane.send(verb, words, this.#calls.size > 1);
    } catch (error) {
      // Any class: words that cannot be sent are a mistake of the caller's, and nothing else may wait for this call.
      this.#calls.end(call);
      return Promise.reject(error);
    }
    // A call without a promise of its own: that, and a Set for the calls, would cost a twentieth of its speed.
    return call.sent.promise.then((reply) => {
      this.#calls.end(call);
      return reply;
    }, (error) => this.#failed(call, words, error));
  }

  #whenOpen(call: Call, verb: string, words: readonly Word[]): Promise<unknown> {
    const opening = new Promise<void>((resolve, reject) => {
      call.giveUp = reject;
      call.lane.opening.then(resolve, reject);
    });
    return opening.then(() => this.#send(call, verb, words), (error) => this.#failed(call, words, error));
  }

  #failed(call: Call, words: readonly Word[], error: unknown): Promise<unknown> {
    const { script, sent } = call;
    if (script !== undefined && replyOf(error)?.word === "NOSCRIPT") {
      // Nothing happened, so this is no repetition. EVAL brings its script along: it is not told NOSCRIPT.
      call.lane = this.#openLane();
      call.script = call.sent = undefined;
      const lua = [script.lua, ...words.slice(1)];
      return call.lane.ready ? this.#send(call, "eval", lua) : this.#whenOpen(call, "eval", lua);
    }
    this.#calls.end(call);
    return Promise.reject(meaningOf(error, sent !== undefined));
  }

  #tell(event: string, details: unknown): void {
    tell(() => this.#log?.({ level: "warn", event, details }));
  }

  readonly #discard = (lane: Lane, inFlight: number): void => {
    if (lane.gone) return;
    lane.discard();
    this.#tell("connection_hung", { inFlight });
  };
}

/** A call without an answer yet, between those that run out of time before and after it. */
interface Call {
  readonly endsAtMs: number;
  lane: Lane;
  /** What is sent again by its text if the server does not know it. */
  script: Script | undefined;
  /** What may have reached the server. */
  sent: Sent | undefined;
  /** Ends the wait for the lane. */
  giveUp: ((error: Error) => void) | undefined;
  before: Call | undefined;
  after: Call | undefined;
}

/** The calls in flight, a linked list: all have the same time, so the first runs out first and one timer serves them all. */
class Calls {
  size = 0;
  readonly #deadlineMs: number;
  readonly #onLate: (lane: Lane, inFlight: number) => void;
  #first: Call | undefined;
  #last: Call | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #onEmpty = () => {};

  constructor(deadlineMs: number, onLate: (lane: Lane, inFlight: number) => void) {
    this.#deadlineMs = deadlineMs;
    this.#onLate = onLate;
  }

  begin(lane: Lane, script: Script | undefined): Call {
    const endsAtMs = performance.now() + this.#deadlineMs;
    const before = this.#last;
    const call: Call = { endsAtMs, lane, script, sent: undefined, giveUp: undefined, before, after: undefined };
    if (before === undefined) this.#first = call;
    else before.after = call;
    this.#last = call;
    this.size++;
    this.#timer ??= setTimeout(this.#wake, this.#deadlineMs);
    return call;
  }

  end(call: Call): void {
    const { before, after } = call;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    if (--this.size === 0) this.#onEmpty();
  }

  /** Resolves when none is left, and ends the timer. */
  async answered(): Promise<void> {
    if (this.size > 0) await new Promise<void>((resolve) => this.#onEmpty = resolve);
    clearTimeout(this.#timer);
  }

  readonly #wake = (): void => {
    this.#timer = undefined;
    for (let call = this.#first; call !== undefined; call = call.after) {
      const leftMs = Math.ceil(call.endsAtMs - performance.now());
      if (leftMs > 0) return void (this.#timer = setTimeout(this.#wake, leftMs));
      this.#onLate(call.lane, this.size);
      const late = new Error("Command timed out");
      call.giveUp?.(late);
      call.sent?.reject(late);
    }
  };
}

function atLeastOne(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1 && value < 2 ** 31) return value;
  throw new TypeError(`Cannot open Redis: ${name} has to be a whole number from 1, not "${value}"`);
}
