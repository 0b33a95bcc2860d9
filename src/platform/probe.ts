/**
 * The idle process of the observer: says how late its timers come, and twice a second what its clock says. It needs no
 * permission, and ends with its standard input.
 */

import { watchTicks } from "./observer.ts";

const thresholdMs = Number(Deno.args[0]);
const say = (line: { forMs?: number; atMs: number }) => console.log(JSON.stringify(line));

say({ atMs: performance.now() });
setInterval(() => say({ atMs: performance.now() }), 500);
watchTicks(thresholdMs, (forMs, atMs) => say({ forMs, atMs }));
for await (const _ of Deno.stdin.readable);
Deno.exit(0);
