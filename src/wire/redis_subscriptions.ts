/**
 * What a Redis connection listens to, and which messages of the store are news rather than replies. SUBSCRIBE and its kin are confirmed once for
 * each channel, UNSUBSCRIBE without words once for each channel that was open; in RESP 2 all of it looks like ordinary arrays.
 */

import type { Buffer } from "node:buffer";
import { listening } from "./redis_names.ts";

/** So much of an array or push is enough to tell what it is about, unless a channel's name is very long. */
export const newsBytesMax = 512;

const news = new Set(["message", "pmessage", "smessage"]);
const opens: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(listening).map((command) => [command.toLowerCase(), command]),
);
const closes: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(listening).map(([command, ending]) => [ending.toLowerCase(), command]),
);

/** Commands that are confirmed in this way. */
export const confirmed: ReadonlySet<string> = new Set(Object.entries(listening).flat());

/** What a message from the store is about. */
export interface News {
  /** `message`, `subscribe`, `invalidate` ...; `?` if it is none of the words that the protocol knows. */
  readonly kind: string;
  /** It confirms a command of this name. */
  readonly confirms: string | undefined;
  /** How many channels are open after it. */
  readonly open: number | undefined;
}

/** The channels of one connection, by number only. */
export class Subscriptions {
  /** By the command that opens them. */
  readonly #open = new Map<string, number>();
  /** The confirmations came as pushes, so arrays are replies. */
  #byPush = false;

  /** Something may come that answers nothing. */
  get any(): boolean {
    return this.#sum() > 0;
  }

  /** Arrays may be news. */
  get anyByArray(): boolean {
    return !this.#byPush && this.any;
  }

  /** How many confirmations a command will have: one a word, or one for each channel that is open. */
  confirmationsOf(command: string, words: number): number {
    if (words > 1) return words - 1;
    const opened = closes[command.toLowerCase()];
    return Math.max(1, opened === undefined ? 1 : this.#open.get(opened) ?? 0);
  }

  /** A confirmation has come. */
  confirm({ kind, open }: News, byPush: boolean): void {
    this.#byPush = byPush;
    const [command, by] = opens[kind] === undefined ? [closes[kind], -1] as const : [opens[kind], 1] as const;
    if (command === undefined) return;
    const before = this.#open.get(command) ?? 0;
    // A channel that was open already, or closed, does not count; without the number it is taken for a new one.
    if (open !== undefined && open === this.#sum(command === "SSUBSCRIBE")) return;
    this.#open.set(command, Math.max(0, before + by));
  }

  clear(): void {
    this.#open.clear();
  }

  /** Channels and patterns are counted together by the store, those of shards by themselves. */
  #sum(ofShards?: boolean): number {
    let sum = 0;
    for (const [command, open] of this.#open) {
      if (ofShards === undefined || ofShards === (command === "SSUBSCRIBE")) sum += open;
    }
    return sum;
  }
}

/** What an array or push is about, by its beginning: a word, in most cases a channel, a number. */
export function newsIn(first: Buffer): News {
  const word = stringAt(first, lineEnd(first, 0));
  const name = word && first.toString("latin1", word.start, word.end);
  const kind = name !== undefined && (news.has(name) || name in opens || name in closes || name === "invalidate")
    ? name
    : "?";
  const confirms = opens[kind] ?? listening[closes[kind] ?? ""];
  if (confirms === undefined || !word) return { kind, confirms: undefined, open: undefined };
  const channel = stringAt(first, word.end + 2);
  const count = channel && /^:(\d+)\r/.exec(first.toString("latin1", channel.end + 2, channel.end + 16))?.[1];
  return { kind, confirms, open: count === undefined ? undefined : Number(count) };
}

/** A string at this place, or a null; undefined if it is none or not all of it is here. */
function stringAt(bytes: Buffer, from: number): { start: number; end: number } | undefined {
  const start = lineEnd(bytes, from);
  const head = bytes.toString("latin1", from, Math.min(start, from + 12));
  if (head === "$-1\r\n" || head === "_\r\n") return { start: start - 2, end: start - 2 };
  const length = /^[$+](\d*)/.exec(head);
  if (!length) return undefined;
  if (head.startsWith("+")) return { start: from + 1, end: start - 2 };
  const end = start + Number(length[1]);
  return end + 2 <= bytes.length ? { start, end } : undefined;
}

function lineEnd(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(0x0a, from);
  return end < 0 ? bytes.length : end + 1;
}
