/**
 * Lanes shared out among the runs of a session: a run takes one, and gives it back. Whose scenario has the fewest goes first, so that
 * scenarios that wait much and those that compute much run side by side; then the earlier one.
 *
 * A few lanes are given out in any case, more only while the machine has room: where runs starve each other, a correct subject is late.
 */

import type { Lane } from "../core/lane.ts";

/** Opens a lane; `own` ones have a server of their own. */
export type OpenLane = (kind: "shared" | "own", index: number) => Promise<Lane>;

/** How many runs may be under way at once. */
export interface LanesMax {
  readonly shared: number;
  readonly own: number;
  /** So many of the shared ones whatever the machine does; all of them by default. */
  readonly always?: number;
  /** Whether the machine has room for one run more; asked often, and only beyond those. */
  room?(): boolean;
}

/** So often it is asked again whether there is room, in ms; one more run begins at a time, so that it is seen what it takes. */
const askedEveryMs = 25;

interface Waiting {
  readonly kind: "shared" | "own";
  readonly priority: number;
  readonly order: number;
  give(lane: Lane): void;
  fail(reason: unknown): void;
}

/** A bounded number of lanes of each kind, opened when first needed. */
export class Lanes implements AsyncDisposable {
  readonly #open: OpenLane;
  readonly #max: LanesMax;
  readonly #idle: Record<"shared" | "own", Lane[]> = { shared: [], own: [] };
  readonly #opened: Record<"shared" | "own", number> = { shared: 0, own: 0 };
  readonly #waiting: Record<"shared" | "own", Waiting[]> = { shared: [], own: [] };
  readonly #all = new Map<Lane, "shared" | "own">();
  /** Who has each lane that is taken, or will have the one that is being opened for him. */
  readonly #holders = new Map<Lane | Waiting, Waiting>();
  readonly #opening = new Set<Promise<void>>();
  /** How many lanes could not even be closed. */
  spoiled = 0;
  #asked = 0;
  #made = 0;
  #asking: ReturnType<typeof setInterval> | undefined;

  constructor(open: OpenLane, max: LanesMax) {
    this.#open = open;
    this.#max = max;
  }

  /** Waits for a lane; `priority` is the scenario's, which no other has. Rejects if one cannot be opened. */
  take(kind: "shared" | "own", priority: number): Promise<Lane> {
    return new Promise((give, fail) => {
      this.#waiting[kind].push({ kind, priority, order: this.#asked++, give, fail });
      this.#admit(kind);
    });
  }

  /** Gives a lane back; a spoiled one is closed, and replaced when the next one is needed. */
  async giveBack(lane: Lane, spoiled: boolean): Promise<void> {
    const kind = this.#all.get(lane)!;
    this.#holders.delete(lane);
    if (spoiled) {
      this.#all.delete(lane);
      // It is spoiled already: that it cannot be closed in order either is known from its run, which is broken or unquiet.
      await lane[Symbol.asyncDispose]().then(undefined, () => this.spoiled++);
      this.#opened[kind]--;
    } else {
      this.#idle[kind].push(lane);
    }
    this.#admit(kind);
  }

  /** Gives lanes to those who wait, as long as there are any to be given. */
  #admit(kind: "shared" | "own"): void {
    while (this.#waiting[kind].length > 0 && this.#free(kind)) {
      const { always = Infinity, room } = this.#max;
      const beyond = kind === "shared" && this.#underWay(kind) >= always;
      if (beyond && !room?.()) break;
      this.#give(this.#shift(kind)!);
      if (beyond) break;
    }
    const asks = this.#waiting.shared.length > 0 && this.#free("shared");
    if (asks) this.#asking ??= setInterval(() => this.#admit("shared"), askedEveryMs);
    else this.#rest();
  }

  #free(kind: "shared" | "own"): boolean {
    return this.#idle[kind].length > 0 || this.#opened[kind] < this.#max[kind];
  }

  #underWay(kind: "shared" | "own"): number {
    return [...this.#holders.values()].filter((holder) => holder.kind === kind).length;
  }

  #give(waiting: Waiting): void {
    const idle = this.#idle[waiting.kind].pop();
    if (!idle) {
      const opening = this.#openFor(waiting).finally(() => this.#opening.delete(opening));
      return void this.#opening.add(opening);
    }
    this.#holders.set(idle, waiting);
    waiting.give(idle);
  }

  /** Who waits and has the fewest lanes; of those the earliest scenario's earliest. */
  #shift(kind: "shared" | "own"): Waiting | undefined {
    const held = Map.groupBy(this.#holders.values(), ({ priority }) => priority);
    const has = ({ priority }: Waiting) => held.get(priority)?.length ?? 0;
    this.#waiting[kind].sort((a, b) => has(a) - has(b) || a.priority - b.priority || a.order - b.order);
    return this.#waiting[kind].shift();
  }

  async #openFor(waiting: Waiting): Promise<void> {
    const { kind } = waiting;
    this.#opened[kind]++;
    this.#holders.set(waiting, waiting);
    try {
      const lane = await this.#open(kind, this.#made++);
      this.#all.set(lane, kind);
      this.#holders.set(lane, waiting);
      waiting.give(lane);
    } catch (cause) {
      this.#opened[kind]--;
      waiting.fail(cause);
    } finally {
      this.#holders.delete(waiting);
    }
    // Nobody gives back what was never opened: whoever waits behind it would wait for ever.
    this.#admit(kind);
  }

  #rest(): void {
    clearInterval(this.#asking);
    this.#asking = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#rest();
    for (const kind of ["shared", "own"] as const) {
      for (const waiting of this.#waiting[kind].splice(0)) waiting.fail(new Error("The session ends"));
    }
    await Promise.all(this.#opening);
    const ended = await Promise.allSettled([...this.#all.keys()].map((lane) => lane[Symbol.asyncDispose]()));
    this.#all.clear();
    const failed = ended.find((end) => end.status === "rejected");
    if (failed) throw new Error("Cannot close a lane", { cause: failed.reason });
  }
}
