/**
 * A dead letter that is discarded from the list alone: what it says stays where it was. Met as an index beside the data, of which one is
 * forgotten.
 *
 * What goes wrong: whoever looks through the dead letters does not see it any more, and believes that it is gone. It lies there for ever,
 * takes memory, and holds what somebody had wanted deleted.
 */

import type { Debouncer, DebouncerOptions } from "../debouncer/mod.ts";
import { discardScript } from "../debouncer/scripts.ts";
import { openDebouncerTwin } from "./debouncer_twin.ts";
import { scriptOver } from "./script_over.ts";

const takeOff = scriptOver("./taken_off_the_list.lua");

/** Opens the twin whose dead letters are never deleted. */
export function openTakenOffTheList(options: DebouncerOptions): Promise<Debouncer> {
  return openDebouncerTwin(options, {
    scripts: [takeOff],
    instead: new Map([[discardScript.name, (run, keys, args) => run(takeOff, keys, args)]]),
  });
}
