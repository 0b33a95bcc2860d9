/**
 * Last in, first out: a batch is put together from the wrong end, and the newest message comes first. Met as LPUSH with
 * LRANGE 0 -1, as ZREVRANGE, and wherever "the latest ten" of a table are handed on as they came.
 *
 * What goes wrong: a conversation is read backwards. "Cancel it" comes before "send me two", and whoever applies one
 * after the other ends with what the customer said first. Nothing is lost and nothing is double, so no count shows it.
 */

import type { Debouncer, DebouncerOptions } from "../debouncer/mod.ts";
import { takeScript } from "../debouncer/scripts.ts";
import { openDebouncerTwin, type Step } from "./debouncer_twin.ts";

/** Opens the twin whose batches are in the reverse of the order of acceptance. */
export function openLastInFirstOut(options: DebouncerOptions): Promise<Debouncer> {
  return openDebouncerTwin(options, { instead: new Map([[takeScript.name, takeBackwards]]) });
}

const takeBackwards: Step = async (run, keys, args) => {
  const [wait, open, batches] = await run(takeScript, keys, args) as [number, number, [...unknown[], unknown[]][]];
  return [wait, open, batches.map((batch) => [...batch.slice(0, -1), (batch.at(-1) as unknown[]).toReversed()])];
};
