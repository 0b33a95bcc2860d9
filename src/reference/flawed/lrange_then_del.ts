/**
 * LRANGE, then DEL: what waits is read by one command and taken away by the next. Met in most batch consumers on a Redis list,
 * where LRANGE gives the messages and DEL or LTRIM is written on the line below it.
 *
 * What goes wrong: two flushers read the same messages before either takes them away, and both handle them; nobody asks DEL
 * whether there was anything left to delete. A message that is pushed between the two is deleted and was never read.
 */

import { decode } from "../debouncer/message.ts";
import type { Debouncer, DebouncerOptions } from "../debouncer/mod.ts";
import { ackScript, failScript, giveBackScript, takeScript } from "../debouncer/scripts.ts";
import type { Script } from "../redis.ts";
import { openDebouncerTwin, type Step } from "./debouncer_twin.ts";
import { scriptOver } from "./script_over.ts";

const lrange = scriptOver("./lrange_then_del.lua", takeScript);

/** A batch as `take` gives it: name, id, token, attempt, full, late, messages. */
type Raw = readonly [string, string, string, number, number, number, (string | null)[]];
type Reply = readonly [wait: number, open: number, batches: readonly Raw[]];

/** Opens the twin that reads first and takes away then. */
export function openLrangeThenDel(options: DebouncerOptions): Promise<Debouncer> {
  const held = new Map<string, string>(); // by batch id: the token under which Redis knows it
  return openDebouncerTwin(options, {
    scripts: [lrange],
    instead: new Map([
      [takeScript.name, lrangeThenDel(held)],
      ...[ackScript, failScript, giveBackScript].map((script) => [script.name, underItsToken(script, held)] as const),
    ]),
  });
}

/** The good `take` stands for DEL: it takes away what is there by then. What is handled is what was read before. */
function lrangeThenDel(held: Map<string, string>): Step {
  return async (run, keys, args) => {
    const [wait, open, read] = await run(lrange, keys, args) as Reply;
    if (read.length === 0) return [wait, open, read];
    const [waitThen, openThen, taken] = await run(takeScript, keys, args) as Reply;
    const unread = taken.filter(([name]) => !read.some((batch) => batch[0] === name));
    const batches = read.flatMap((batch) => {
      const mine = taken.find(([name]) => name === batch[0]);
      if (mine === undefined) return batch[3] === 1 ? [batch] : []; // a takeover is the good one's
      return [[...mine.slice(0, 6), batch[6]] as unknown as Raw];
    });
    return [waitThen, openThen, [...batches, ...unread].map((batch) => timed(batch, held))];
  };
}

/** Neither LRANGE nor DEL draws a token: the time of the last message serves as one, so who reads the same has the same. */
function timed([name, id, token, ...rest]: Raw, held: Map<string, string>): Raw {
  const last = rest[3].at(-1);
  if (last == null) return [name, id, token, ...rest];
  held.set(id, token);
  return [name, id, String(Math.round(decode(last).acceptedAtMs * 1_000)), ...rest];
}

function underItsToken(script: Script, held: Map<string, string>): Step {
  return (run, keys, [name, id, token, ...rest]) => {
    const known = held.get(String(id)) ?? token!;
    held.delete(String(id));
    return run(script, keys, [name!, id!, known, ...rest]);
  };
}
