/**
 * Does nothing: the fault of the flawed twin of the harness itself. Nothing is injected, so nothing may ever be confirmed,
 * and a scenario that counts on it must come out unknown. It is also the smallest example of a fault: copy this file.
 */

import fc from "fast-check";
import type { Fault } from "../core/fault.ts";

/** Injects nothing, and says so. */
export const doesNothing: Fault<Record<string, never>> = {
  name: "does_nothing",
  story: "Nothing is disturbed at all",
  severity: fc.constant({}),
  inject: () =>
    Promise.resolve({
      evidence: () => ({ confirmed: false, what: "nothing was injected" }),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
};
