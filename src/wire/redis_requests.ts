/**
 * Which message of a Redis connection belongs to which request, and what it says in words. Replies come in the order of the commands.
 *
 * A request is one command; or all from MULTI to EXEC or DISCARD, of which only the last reply is the reply. Request 0 is the connect:
 * what greets the server before the first other command, and also what answers no command. A sibling for Postgres counts to ReadyForQuery.
 */

import type { Buffer } from "node:buffer";
import { Fifo } from "./fifo.ts";
import type { Meaning } from "./framing.ts";
import type { RedisCommand } from "./redis_command.ts";
import { greetings } from "./redis_names.ts";
import { confirmed, type News, newsIn, Subscriptions } from "./redis_subscriptions.ts";

/** A command whose reply is still to come. */
interface Asked {
  readonly request: number;
  readonly command: string;
  readonly words: number;
  /** Confirmations still to come, once the first has. */
  left: number | undefined;
}

/** A message from the store. */
export interface RedisReply {
  readonly name: string;
  /** As much of its beginning as the framing asked for. */
  readonly first: Buffer;
  /** It is an error, or holds one. */
  readonly failed: boolean;
}

/** Commands that end what MULTI has begun. */
const ending = new Set(["EXEC", "DISCARD", "RESET"]);
/** What CLIENT REPLY may ask for. */
const modes = new Set(["ON", "OFF", "SKIP"]);

/** The requests of one connection, fed with whole messages in the order in which they pass. */
export class RedisRequests {
  #ordinal = 0;
  #greeted = false;
  /** The request that a MULTI has begun. */
  #multi: number | undefined;
  readonly #pending = new Fifo<Asked>();
  #failed = false;
  /** CLIENT REPLY: whether commands are answered; `skip`: the next one is not. */
  #replies: "on" | "off" | "skip" = "on";
  readonly #subscriptions = new Subscriptions();
  /** The store tells what all others do, from the reply to MONITOR on. */
  monitors = false;

  /** Ordinal of the request that the store answers now. */
  get replying(): number {
    return this.#pending.first?.request ?? this.#ordinal;
  }

  get idle(): boolean {
    return this.#pending.length === 0 && this.#multi === undefined && !this.#subscriptions.any && !this.monitors;
  }

  /** An array that comes now may be news. */
  get listens(): boolean {
    return this.#subscriptions.anyByArray || confirmed.has(this.#pending.first?.command ?? "");
  }

  /** A command from the client. */
  up(command: RedisCommand): Meaning {
    const { name, text, words } = command;
    if (name === "Empty") return this.#passedOver();
    const request = this.#requestOf(name);
    if (!this.#isAnswered(command)) return { request, text };
    this.#pending.push({ request, command: name, words, left: undefined });
    return { request, text, asks: true };
  }

  /** A message from the store. */
  down(reply: RedisReply): Meaning {
    const { name } = reply;
    if (name === "Attribute") return { request: this.replying };
    if (name === "Push") return this.#heard(newsIn(reply.first), true);
    if (this.monitors && name === "SimpleString" && /^\+\d+\.\d/.test(reply.first.toString("latin1"))) {
      return { request: 0 };
    }
    if (name === "Array" && this.listens) {
      const news = newsIn(reply.first);
      if (news.confirms !== undefined || news.kind.endsWith("message")) return this.#heard(news, false);
    }
    return this.#answered(reply);
  }

  /** A command without words has no reply, but it is the next one for CLIENT REPLY SKIP. */
  #passedOver(): Meaning {
    if (this.#replies === "skip") this.#replies = "on";
    return { request: this.#multi ?? this.#ordinal };
  }

  #requestOf(name: string): number {
    if (this.#multi !== undefined) {
      const request = this.#multi;
      if (ending.has(name)) this.#multi = undefined;
      return request;
    }
    if (!this.#greeted && greetings.has(name.split(" ", 1)[0]!)) return 0;
    this.#greeted = true;
    const request = ++this.#ordinal;
    if (name === "MULTI") this.#multi = request;
    return request;
  }

  /** Whether the store replies to it, after what CLIENT REPLY has asked for; as tried with Redis 7.0. */
  #isAnswered({ name, text }: RedisCommand): boolean {
    const replies = this.#replies;
    if (replies === "skip" || (replies === "off" && name === "RESET")) this.#replies = "on";
    if (this.#multi !== undefined || name !== "CLIENT REPLY" || !modes.has(text ?? "")) {
      // Confirmations are sent all the same.
      return replies === "on" || confirmed.has(name) || (replies === "off" && name === "RESET");
    }
    if (text === "ON") this.#replies = "on";
    else if (text === "OFF") this.#replies = "off";
    else if (replies !== "off") this.#replies = "skip";
    return text === "ON";
  }

  #answered({ name, first, failed }: RedisReply): Meaning {
    const text = name === "Error" || name === "BulkError" ? errorCode(first) : undefined;
    const asked = this.#pending.shift();
    // The store speaks without being asked when it turns a client away.
    if (!asked) return failed ? { request: this.#ordinal, text, last: true, error: true } : { request: 0, text };
    const { request, command } = asked;
    if (!failed) this.#obeyed(command);
    // It is not in a transaction then; what the client sends after it saw this stands alone.
    else if (command === "MULTI" && this.#multi === request) this.#multi = undefined;
    const aborted = command === "EXEC" && name === "Null";
    this.#failed ||= failed || aborted;
    if (request !== 0 && (this.#multi === request || this.#pending.first?.request === request)) {
      return { request, text };
    }
    const error = this.#failed;
    this.#failed = false;
    return { request, text, last: true, error };
  }

  /** The store has done as asked. */
  #obeyed(command: string): void {
    if (command === "MONITOR") this.monitors = true;
    if (command !== "RESET") return;
    this.monitors = false;
    this.#subscriptions.clear();
  }

  /** News, or the confirmation of a command that begins or ends listening. */
  #heard(news: News, byPush: boolean): Meaning {
    const asked = this.#pending.first;
    const text = news.kind;
    const confirms = news.confirms !== undefined && asked?.command === news.confirms;
    if (asked && confirms) asked.left ??= this.#subscriptions.confirmationsOf(asked.command, asked.words);
    if (news.confirms !== undefined) this.#subscriptions.confirm(news, byPush);
    if (!asked || !confirms) return { request: 0, text };
    asked.left!--;
    if (asked.left! > 0) return { request: asked.request, text };
    this.#pending.shift();
    return { request: asked.request, text, last: true };
  }
}

/** The word in capitals with which an error begins: `NOSCRIPT`, `OOM`. What follows may be data. */
function errorCode(first: Buffer): string | undefined {
  return /^(?:-|!\d+\r\n)([A-Z][A-Z0-9_]{0,31})(?=[ \r]|$)/.exec(first.toString("latin1"))?.[1];
}
