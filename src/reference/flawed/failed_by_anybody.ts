/**
 * A failure that is told of a batch, and not of whoever held it: failures are handed to a job in the background, which gets to them after
 * a while and knows the batch's id alone. Met wherever "mark as failed" is `UPDATE ... WHERE id = $1`.
 *
 * What goes wrong: the lease runs out before the job comes to it, and another instance is at work on the batch by then. It is counted as
 * that one's failure: the batch is freed under its hands, or becomes a dead letter while it is being handled.
 */

import { setTimeout as pause } from "node:timers/promises";
import type { Debouncer, DebouncerOptions } from "../debouncer/mod.ts";
import { settingsOf } from "../debouncer/options.ts";
import { failScript } from "../debouncer/scripts.ts";
import { openDebouncerTwin, type Step } from "./debouncer_twin.ts";
import { scriptOver } from "./script_over.ts";

const fail = scriptOver("./failed_by_anybody.lua", failScript);

/** Opens the twin. Its job gets to a failure when `late` has resolved; by default it is behind by seven tenths of a lease. */
export function openFailedByAnybody(
  options: DebouncerOptions,
  late: () => Promise<void> = () => pause(0.7 * settingsOf(options).leaseMs),
): Promise<Debouncer> {
  const inTheBackground: Step = async (run, keys, args) => {
    await late();
    return await run(fail, keys, args);
  };
  return openDebouncerTwin(options, { scripts: [fail], instead: new Map([[failScript.name, inTheBackground]]) });
}
