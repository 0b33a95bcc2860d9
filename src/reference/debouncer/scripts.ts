/**
 * The scripts, one a file beside this one, each a single step of the debouncer. Read once, when the module is loaded.
 * A sibling script is one more file and one more line here.
 *
 * None of them begins with `#!`: Redis 6.2 does not know it. So Redis looks at the memory when a script first writes, and not
 * again: `push` begins with a write that needs memory and is refused as a whole; the others begin with one that frees it.
 */

import { loadScript, type Script } from "../redis.ts";

const script = (name: string): Script => loadScript(new URL(`./${name}.lua`, import.meta.url));

/** Remembers the number of shards, and says which it is. */
export const openScript: Script = script("open");
/** Adds a message. */
export const pushScript: Script = script("push");
/** Hands out batches. */
export const takeScript: Script = script("take");
/** Deletes a batch that is done. */
export const ackScript: Script = script("ack");
/** Gives up an attempt, or the batch. */
export const failScript: Script = script("fail");
/** Gives back a batch that nobody began. */
export const giveBackScript: Script = script("give_back");
/** Lists dead letters. */
export const deadLettersScript: Script = script("dead_letters");
/** Makes a dead letter a batch again. */
export const putBackScript: Script = script("put_back");
/** Deletes a dead letter. */
export const discardScript: Script = script("discard");
/** Counts. */
export const statsScript: Script = script("stats");

/** All of them. */
export const scripts: readonly Script[] = [
  openScript,
  pushScript,
  takeScript,
  ackScript,
  failScript,
  giveBackScript,
  deadLettersScript,
  putBackScript,
  discardScript,
  statsScript,
];
