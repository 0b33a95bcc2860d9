/**
 * One instance of a debouncer in a process of its own, for the bench: it flushes what falls due by a handler that does nothing
 * but note when. It is given the address of Redis and a prefix of keys, says a line when it is open, begins to flush at the first line that it is
 * sent, answers each line with what it has flushed since the last, and ends when its input does.
 */

import { type Batch, openDebouncer } from "../reference/debouncer/mod.ts";
import { LineSplitter } from "../platform/instances/lines.ts";

/**
 * One batch: when it fell due, in µs since 1970 by Redis's clock · how late it was taken, in ms by the same clock · when its
 * handler began, in ms since 1970 by this machine's clock, which is also that of Redis.
 */
export type Flushed = readonly [dueAtMicros: number, takenLateMs: number, handledAtMs: number];

const quietMs = 60_000; // of what others push: nobody does

/** How a message says for how many µs its conversation is to be quiet: its body begins with it. */
export function bodyOf(quietMicros: number, bytes: number): string {
  return `${quietMicros} `.padEnd(bytes, "x");
}

async function flush(url: string, prefix: string): Promise<void> {
  let flushed: Flushed[] = [];
  const note = ({ lateMs, messages: [message] }: Batch): void => {
    const quietMicros = Number.parseInt(String(message!.body));
    flushed.push([Math.round(message!.acceptedAtMs * 1_000) + quietMicros, lateMs, Date.now()]);
  };
  await using debouncer = await openDebouncer({ url, prefix, quietMs });
  let running: Promise<void> | undefined;
  const lines = new LineSplitter(1_000);
  console.log("[]");
  for await (const chunk of Deno.stdin.readable) {
    for (const _ of lines.push(chunk)) {
      running ??= debouncer.run(note);
      console.log(JSON.stringify(flushed));
      flushed = [];
    }
  }
  await debouncer.close();
  await running;
}

if (import.meta.main) await flush(Deno.args[0]!, Deno.args[1]!);
