/**
 * How the reset of an instance is passed on to the road behind: as a reset; but in order while a toxic is on that road.
 *
 * Toxiproxy 2.12 deadlocks for ever if it meets a reset while a toxic is put on or taken off: the writer of that connection is gone,
 * the toxic waits for it to take the next piece, and the removal waits for the toxic. Passed on in order, the connection
 * loses its instance just the same, and what still comes for it is read and dropped. The store hears an end either way.
 */

import type { Socket } from "node:net";

/** So long after a reset, in ms, its road is left alone: until then Toxiproxy may not have noticed it. */
const noticedWithinMs = 25;

/** The resets of one wire. */
export class Resets {
  #toxics = 0;
  #lastMs = -Infinity;

  /** Passes a reset on to the side of the store. */
  pass(server: Socket): void {
    if (this.#toxics > 0) {
      server.end();
      server.resume();
      return;
    }
    this.#lastMs = performance.now();
    server.resetAndDestroy();
  }

  /** From now on, and until the disposal, a toxic is put on the road, or stays there, or is taken off. */
  async gentle(): Promise<Disposable> {
    this.#toxics++;
    const waitMs = this.#lastMs + noticedWithinMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    let over = false;
    return {
      [Symbol.dispose]: () => {
        if (!over) this.#toxics--;
        over = true;
      },
    };
  }
}
