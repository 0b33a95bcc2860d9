/**
 * Lanes shared out among the runs of a session: a run takes one, and gives it back. Whose scenario has the fewest goes first, so that
 * scenarios that wait much and those that compute much run side by side; then the earlier one.
 */

import type { Lane } from "../core/lane.ts";

/** Opens a lane; `own` ones have a server of their own. */
export type OpenLane = (kind: "shared" | "own", index: number) => Promise<Lane>;

interface Waiting {
  readonly priority: number;
  readonly order: number;
  give(lane: Lane): void;
  fail(reason: unknown): void;
}

/** A bounded number of lanes of each kind, opened when first needed. */
export class Lanes implements AsyncDisposable {
  readonly #open: OpenLane;
  readonly #max: Readonly<Record<"shared" | "own", number>>;
  readonly #idle: Record<"shared" | "own", Lane[]> = { shared: [], own: [] };
  readonly #opened: Record<"shared" | "own", number> = { shared: 0, own: 0 };
  readonly #waiting: Record<"shared" | "own", Waiting[]> = { shared: [], own: [] };
  readonly #all = new Map<Lane, "shared" | "own">();
  /** Who has each lane that is taken, by priority. */
  readonly #holders = new Map<Lane, number>();
  /** How many lanes could not even be closed. */
  spoiled = 0;
  #asked = 0;
  #made = 0;

  constructor(open: OpenLane, max: { shared: number; own: number }) {
    this.#open = open;
    this.#max = max;
  }

  /** Waits for a lane; `priority` is the scenario's, which no other has. Rejects if one cannot be opened. */
  async take(kind: "shared" | "own", priority: number): Promise<Lane> {
    const idle = this.#idle[kind].pop();
    if (idle) return this.#given(idle, priority);
    if (this.#opened[kind] < this.#max[kind]) return this.#given(await this.#openOne(kind), priority);
    return await new Promise((give, fail) => {
      this.#waiting[kind].push({ priority, order: this.#asked++, give, fail });
    });
  }

  #given(lane: Lane, priority: number): Lane {
    this.#holders.set(lane, priority);
    return lane;
  }

  /** Who waits and has the fewest lanes; of those the earliest scenario's earliest. */
  #shift(kind: "shared" | "own"): Waiting | undefined {
    const held = Map.groupBy(this.#holders.values(), (priority) => priority);
    const has = ({ priority }: Waiting) => held.get(priority)?.length ?? 0;
    this.#waiting[kind].sort((a, b) => has(a) - has(b) || a.priority - b.priority || a.order - b.order);
    return this.#waiting[kind].shift();
  }

  /** Gives a lane back; a spoiled one is closed and replaced. */
  async giveBack(lane: Lane, spoiled: boolean): Promise<void> {
    const kind = this.#all.get(lane)!;
    this.#holders.delete(lane);
    if (!spoiled) {
      const waiting = this.#shift(kind);
      if (waiting) waiting.give(this.#given(lane, waiting.priority));
      else this.#idle[kind].push(lane);
      return;
    }
    this.#all.delete(lane);
    this.#opened[kind]--;
    // It is spoiled already: that it cannot be closed in order either is known from its run, which is broken or unquiet.
    await lane[Symbol.asyncDispose]().then(undefined, () => this.spoiled++);
    await this.#openForWaiting(kind);
  }

  /** There is room for one more: for whoever waits, if anybody does. */
  async #openForWaiting(kind: "shared" | "own"): Promise<void> {
    const waiting = this.#shift(kind);
    if (!waiting) return;
    try {
      waiting.give(this.#given(await this.#openOne(kind), waiting.priority));
    } catch (cause) {
      waiting.fail(cause);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const kind of ["shared", "own"] as const) {
      for (const waiting of this.#waiting[kind].splice(0)) waiting.fail(new Error("The session ends"));
    }
    const ended = await Promise.allSettled([...this.#all.keys()].map((lane) => lane[Symbol.asyncDispose]()));
    this.#all.clear();
    const failed = ended.find((end) => end.status === "rejected");
    if (failed) throw new Error("Cannot close a lane", { cause: failed.reason });
  }

  async #openOne(kind: "shared" | "own"): Promise<Lane> {
    this.#opened[kind]++;
    try {
      const lane = await this.#open(kind, this.#made++);
      this.#all.set(lane, kind);
      return lane;
    } catch (cause) {
      this.#opened[kind]--;
      // Nobody gives back what was never opened: whoever waits behind it would wait for ever.
      void this.#openForWaiting(kind);
      throw cause;
    }
  }
}
