/**
 * The names of all keys. Conversations are spread over shards; what one script touches lies in one shard, and a shard's keys
 * share a hash tag, so that a Redis Cluster keeps them together and every script names all of its keys. No key but a
 * remembered id belongs to a single conversation: a script cannot know beforehand whose turn it is.
 *
 * A sibling would give each conversation keys of its own, and pay a round trip to learn which of them are due.
 */

import { Buffer } from "node:buffer";

/** The keys of one shard. */
export class Keys {
  /** Sorted set: names of conversations with waiting messages and nothing in flight, by a time at which they may be due. */
  readonly due: string;
  /** Sorted set: names of conversations with a batch in flight, by the time at which it may be taken over. */
  readonly leases: string;
  /**
   * Hash of all that is not ordered by time, in one key because one command writes several fields of it. With the name of a
   * conversation, `:` and itself: `:c` where its waiting messages begin and end, how many bytes they are, when the first
   * came, when it falls due, whether a batch is in flight (struct `<i4i4dddB`) · `7:c` its message at position 7 · `b:c` its
   * batch in flight (MessagePack: id, token or 0, attempt, first position, count, full).
   */
  readonly buffer: string;
  /** The last token. */
  readonly fence: string;
  /** Hash: batch id to dead letter. */
  readonly dead: string;
  /** Sorted set: batch ids of dead letters by the time of their death. */
  readonly deadByTime: string;
  /** Into how many shards the conversations are spread; of shard 0 alone. */
  readonly shards: string;
  readonly #tagged: string;

  /** The tag holds the prefix too, as a number: shards 0 of two debouncers need not meet in one slot of a cluster. */
  constructor(prefix: string, shard: number) {
    this.#tagged = `${prefix}{${hashOf(prefix).toString(36)}.${shard}}:`;
    this.due = `${this.#tagged}due`;
    this.leases = `${this.#tagged}leases`;
    this.buffer = `${this.#tagged}buffer`;
    this.fence = `${this.#tagged}fence`;
    this.dead = `${this.#tagged}dead`;
    this.deadByTime = `${this.#tagged}dead_by_time`;
    this.shards = `${this.#tagged}shards`;
  }

  /** Remembers one message id of one conversation. The length keeps "a" and "b:c" apart from "a:b" and "c". */
  id(conversation: string, id: string): string {
    return `${this.#tagged}id:${conversation.length}:${conversation}:${id}`;
  }
}

/** The name of a conversation in sets and fields: what it begins with keeps it apart from a message's field. */
export function nameOf(conversation: string): string {
  return `:${conversation}`;
}

/** The conversation of a name. */
export function conversationOf(name: string): string {
  return name.slice(1);
}

/** The shard of a conversation, from 0: the same in every instance and for ever. */
export function shardOf(conversation: string, shards: number): number {
  return shards === 1 ? 0 : hashOf(conversation) % shards;
}

/** The shard that made a batch id, which begins with its number; -1 if it is no batch id. */
export function shardOfBatch(id: string): number {
  return Number(/^(\d{1,4})-/.exec(id)?.[1] ?? -1);
}

/** FNV-1a of the UTF-8 bytes, 32 bits (draft-eastlake-fnv, section 2). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
