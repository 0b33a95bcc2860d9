/**
 * "Empty?" and "release" in two steps: whoever flushes a conversation holds a mark, so that a push meanwhile need not call
 * anybody. When it is done it looks whether more has come, and if not it gives the mark back: a second command. Met as
 * LLEN and then DEL of a lock, and as a loop `while (await next()) ...; await unlock()`.
 *
 * What goes wrong: a message that comes between the two finds the mark and schedules nothing, for somebody is at it; and
 * that one has looked already. It lies there until somebody happens to push another one, or for ever.
 */

import { Keys } from "../debouncer/keys.ts";
import type { Debouncer, DebouncerOptions } from "../debouncer/mod.ts";
import { settingsOf } from "../debouncer/options.ts";
import { ackScript, pushScriptOf } from "../debouncer/scripts.ts";
import { openDebouncerTwin, type Step } from "./debouncer_twin.ts";
import { scriptOver } from "./script_over.ts";

const look = scriptOver("./empty_then_release_look.lua", ackScript);
const release = scriptOver("./empty_then_release_release.lua");

/** Opens the twin whose mark is the conversation's place among the leases, so that it expires as they do. It knows of one shard. */
export function openEmptyThenRelease(options: DebouncerOptions): Promise<Debouncer> {
  const settings = settingsOf(options);
  const push = scriptOver("./empty_then_release_push.lua", pushScriptOf(settings));
  const { leases: marks } = new Keys(settings.prefix, 0);
  return openDebouncerTwin(options, {
    scripts: [look, push, release],
    instead: new Map([
      ["push", (run, keys, args) => run(push, [...keys, marks], args)],
      [ackScript.name, lookThenRelease],
    ]),
  });
}

const lookThenRelease: Step = async (run, keys, args) => {
  const [done, open, mark] = await run(look, keys, args) as [number, number, string];
  if (done === 1) await run(release, [keys[0]!], [args[0]!, mark]);
  return [done, open];
};
