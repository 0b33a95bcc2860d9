/**
 * LPOP, then handle: what is taken is gone from Redis in the same moment, and lives on in the memory of the one who took it.
 * Met with LPOP and BRPOP as the tutorials show them, with GETDEL, and with queues that acknowledge on receipt.
 *
 * What goes wrong: between the command and the end of the work there is one copy, in a process that can die, on a road that
 * can be cut before the reply. Nobody else knows that there ever was a message, so nobody takes it over.
 */

import type { Debouncer, DebouncerOptions } from "../debouncer/mod.ts";
import { ackScript, takeScript } from "../debouncer/scripts.ts";
import { openDebouncerTwin } from "./debouncer_twin.ts";
import { scriptOver } from "./script_over.ts";

const pop = scriptOver("./lpop_then_handle.lua", takeScript, ackScript);

/** Opens the twin that keeps nothing of what it hands out. */
export function openLpopThenHandle(options: DebouncerOptions): Promise<Debouncer> {
  return openDebouncerTwin(options, {
    scripts: [pop],
    instead: new Map([
      [takeScript.name, (run, keys, args) => run(pop, keys, args)],
      [ackScript.name, async (run, keys, args) => {
        const [, open] = await run(ackScript, keys, args) as number[];
        return [1, open]; // there is nothing to delete any more, as it should be
      }],
    ]),
  });
}
