/**
 * The machine, as reports name it: nothing that tells whose it is.
 */

import type { Results } from "../core/results.ts";

/** System, architecture, processors and memory. */
export function machine(): Results["machine"] {
  return {
    os: Deno.build.os,
    arch: Deno.build.arch,
    cpus: navigator.hardwareConcurrency,
    memoryMiB: Math.round(Deno.systemMemoryInfo().total / 2 ** 20),
  };
}
