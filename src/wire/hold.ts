/**
 * A hold: one message that waits until it is let go. Stalls are holds with a time, barriers are holds on several wires at once, and a
 * fault at a message is injected while it is held; all of that is the engine's, which only waits for `held` and calls `release`.
 */

import type { Hold } from "../core/lane.ts";
import type { Held, Holding } from "./places.ts";

/** A hold with the side that the flow sees. `forget` takes it out of what is armed; a release before it came is a disarm. */
export function makeHold(forget: () => void): { hold: Hold; holding: Holding } {
  const { promise, resolve } = Promise.withResolvers<Held>();
  let release: (() => void) | undefined;
  let isHeld = false;
  const open = () => {
    forget();
    isHeld = false;
    release?.();
  };
  const holding: Holding = {
    met(unblock) {
      release = unblock;
    },
    arrived(where) {
      isHeld = true;
      resolve({ connection: where.connection, backendPid: where.backendPid });
    },
  };
  const hold: Hold = {
    held: promise,
    get isHeld() {
      return isHeld;
    },
    release: open,
    disarm: open,
  };
  return { hold, holding };
}
