/**
 * The producer's clock decides: whoever pushes a message works out when its conversation falls due, by his own clock. Met as
 * `zadd due (Date.now() + quiet)` in nearly every debouncer that is written by hand, because a script that asks Redis for
 * the time is a step further than a command.
 *
 * What goes wrong: clocks of machines differ, by milliseconds when all is well and by an hour after a wrong time zone or a
 * virtual machine that slept. A message from a clock that is behind is due before it was sent, so nobody waits for
 * the next one; one from a clock that is ahead keeps its whole conversation waiting.
 */

import type { Debouncer, DebouncerOptions } from "../debouncer/mod.ts";
import { settingsOf } from "../debouncer/options.ts";
import { pushScriptOf } from "../debouncer/scripts.ts";
import { openDebouncerTwin } from "./debouncer_twin.ts";
import { scriptOver } from "./script_over.ts";

/** Opens the twin that reads the time of a push, and so when it is due, from the clock that it is given; by default the machine's. */
export function openProducersClock(options: DebouncerOptions, clock: { now(): number } = Date): Promise<Debouncer> {
  const push = scriptOver("./producers_clock.lua", pushScriptOf(settingsOf(options)));
  return openDebouncerTwin(options, {
    scripts: [push],
    instead: new Map([["push", (run, keys, args) => {
      const nowMs = clock.now();
      return run(push, keys, [...args, Math.floor(nowMs / 1_000), Math.floor((nowMs % 1_000) * 1_000)]);
    }]]),
  });
}
