/**
 * The scripts, one a file beside this one, each a single step of the debouncer. Read once, when the module is loaded.
 * A sibling script is one more file and one more line here.
 *
 * None of them begins with `#!`: Redis 6.2 does not know it. So Redis looks at the memory when a script first writes, and not
 * again: `push` begins with a write that needs memory and is refused as a whole; the others begin with one that frees it.
 */

import { createHash } from "node:crypto";
import { loadScript, type Script } from "../redis.ts";
import type { Settings } from "./options.ts";

const script = (name: string): Script => loadScript(new URL(`./${name}.lua`, import.meta.url));
const push = script("push");

/** Remembers the number of shards, and says which it is. */
export const openScript: Script = script("open");
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

/**
 * Adds a message. What never changes is written into the script in the place of ARGV[3] to ARGV[7]: five numbers with every
 * message would cost a twentieth of a push.
 */
export function pushScriptOf(settings: Settings): Script {
  const { quietMs, maxWaitMs, rememberMs, batchMax, batchBytesMax } = settings;
  const fixed = [quietMs * 1_000, maxWaitMs * 1_000, `'${rememberMs}'`, batchMax, batchBytesMax];
  const lua = push.lua.replace(/ARGV\[([3-7])\]/g, (_, n) => String(fixed[Number(n) - 3]));
  return { ...push, lua, sha1: createHash("sha1").update(lua).digest("hex") };
}

/** All that are called with these settings. */
export function scriptsOf(settings: Settings): readonly Script[] {
  return [
    openScript,
    pushScriptOf(settings),
    takeScript,
    ackScript,
    failScript,
    giveBackScript,
    deadLettersScript,
    putBackScript,
    discardScript,
    statsScript,
  ];
}
