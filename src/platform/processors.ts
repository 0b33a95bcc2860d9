/**
 * How much of the machine's processors is left over: whether one more run may begin without those under way being starved.
 *
 * Asked of the operating system's own counts, so it sees also what other programs take. A sibling would be `observer.ts`, which
 * tells afterwards who was held up.
 */

import { cpus } from "node:os";

/** The counts advance by steps of some 10 ms, so they are not looked at more often, and compared over at least so many. */
const everyMs = 10;
const overMs = 100;

/** A look at the counts. */
interface Look {
  readonly atMs: number;
  /** For how long processors had nothing to do until then, in ms, all of them together. */
  readonly idleMs: number;
}

/** What the operating system counts. */
export interface Counts {
  /** As `Look`. */
  idleMs(): number;
  readonly processors: number;
  now(): number;
}

const counted: Counts = {
  idleMs: () => cpus().reduce((sum, { times }) => sum + times.idle, 0),
  processors: Math.max(1, cpus().length),
  now: () => performance.now(),
};

/** The machine's processors, as they were lately. */
export class Processors {
  readonly #counts: Counts;
  #before: Look;
  #since: Look;
  #last: Look;

  constructor(counts: Counts = counted) {
    this.#counts = counts;
    this.#before = this.#since = this.#last = this.#look();
  }

  /** Which share of them, from 0 to 1, had nothing to do in the last 100 to 200 ms, or for as long as nobody asked. */
  idleShare(): number {
    if (this.#counts.now() - this.#last.atMs >= everyMs) this.#last = this.#look();
    const now = this.#last;
    if (now.atMs - this.#since.atMs >= overMs) [this.#before, this.#since] = [this.#since, now];
    const forMs = (now.atMs - this.#before.atMs) * this.#counts.processors;
    return forMs > 0 ? Math.min(1, Math.max(0, (now.idleMs - this.#before.idleMs) / forMs)) : 0;
  }

  #look(): Look {
    return { atMs: this.#counts.now(), idleMs: this.#counts.idleMs() };
  }
}
