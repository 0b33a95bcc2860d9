/**
 * Slots used up: the server has no connection left to give. Whoever connects is let as far as the door and told so
 * (SQLSTATE 53300); whoever is connected goes on.
 *
 * Direct connections are opened until the server refuses one. They belong to the user of the direct road, a superuser
 * where the server is our own, so the slots that are reserved for superusers are taken as well: a subject may be one. The
 * harder form also ends the sessions that the instances have, and takes their slots; an instance may be quicker than we.
 */

import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
// @ts-types="@types/pg"
import pg from "pg";
import type { Evidence, Fault, Target, Traffic } from "../core/fault.ts";
import { directPostgres, letGo } from "./direct_postgres.ts";

/** Whether the sessions of the instances are ended too, so that they have to connect again. */
export interface SlotsUsedUpSeverity {
  readonly endsSessions: boolean;
}

const connectMsMax = 5_000;

/** How many connections are tried at once: a server forks for each. */
const atOnce = 8;

/** How long the server may take to notice that our connections are gone. */
const goneMsMax = 5_000;

const lookEveryMs = 5;

/** Takes all connection slots of the run's own server. */
export const slotsUsedUp: Fault<SlotsUsedUpSeverity> = {
  name: "slots_used_up",
  story: "The server has no connection slot left",
  service: "postgres",
  ownServer: true,
  severity: fc.record({ endsSessions: fc.boolean() }, { noNullPrototype: true }),
  async inject(target, { endsSessions }) {
    target.signal.throwIfAborted();
    if (!target.server) throw new Error("Cannot use up the connection slots: this run shares its server with others");
    await using undo = new AsyncDisposableStack();
    const slots = undo.use(new Slots(target));
    const watches = target.links.map((link) => link.watch());
    await slots.fill();
    if (endsSessions) {
      await slots.end(await target.sessions());
      await slots.fill();
    }
    const cure = undo.move();
    return {
      evidence: async () => evidenceOf(watches.map((watch) => watch.traffic()), slots.taken, await slots.isFull()),
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

function evidenceOf(traffic: readonly Traffic[], taken: number, full: boolean): Evidence {
  if (!full) return { confirmed: false, what: `${taken} slots were taken, and yet another connection was let in` };
  const passed = traffic.some((t) => t.bytesUp + t.bytesDown + t.opened > 0);
  if (!passed) return { confirmed: false, what: `all slots were taken, but nothing was on the road` };
  return { confirmed: true, what: `${taken} slots were taken, and the server refused one more connection (53300)` };
}

/** The connections that we hold. Disposing lets go of them and makes sure that the server has noticed. */
class Slots implements AsyncDisposable {
  readonly #held: pg.Client[] = [];
  /** What our sessions are called at the server. */
  readonly #name = `nevertwice slots ${crypto.randomUUID()}`;

  constructor(private readonly target: Target) {}

  get taken(): number {
    return this.#held.length;
  }

  /** Opens connections until one is refused. */
  async fill(): Promise<void> {
    const slotsMax = await this.#slotsMax();
    while (this.#held.length <= slotsMax) {
      this.target.signal.throwIfAborted();
      const tried = await Promise.allSettled(Array.from({ length: atOnce }, () => this.#take()));
      for (const one of tried) if (one.status === "rejected") throw one.reason;
      if (tried.some((one) => one.status === "fulfilled" && !one.value)) return;
    }
    throw new Error(`Cannot use up the connection slots: ${this.#held.length} connections, and none was refused`);
  }

  /** Ends sessions over a connection that we hold: there may be no slot for another. */
  async end(pids: readonly number[]): Promise<void> {
    const [first] = this.#held;
    if (!first) throw new Error("Cannot end the sessions of the instances: no slot was free for us");
    await first.query("select pg_terminate_backend(pid, $2) from unnest($1::int[]) as pid", [pids, goneMsMax]);
  }

  /** True if the server refuses one more connection. */
  async isFull(): Promise<boolean> {
    return !await this.#take();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#held.splice(0)) letGo(client);
    const deadline = performance.now() + goneMsMax;
    while (await this.#left() !== 0) {
      if (performance.now() > deadline) {
        throw new Error(`Cannot confirm that the connection slots are free: not within ${goneMsMax} ms`);
      }
      await pause(lookEveryMs);
    }
  }

  /** Takes one slot; false if the server has none left. */
  async #take(): Promise<boolean> {
    const client = directPostgres(this.target, connectMsMax, this.#name);
    try {
      await client.connect();
      this.#held.push(client);
      return true;
    } catch (thrown) {
      letGo(client);
      if (isRefusal(thrown)) return false;
      throw new Error("Cannot use up the connection slots: a direct connection failed", { cause: thrown });
    }
  }

  async #slotsMax(): Promise<number> {
    const [row] = await this.target.sql`select current_setting('max_connections')::int as slots`;
    return Number(row?.slots);
  }

  /** How many of our sessions the server still lists; undefined if it has no slot for the question yet. */
  async #left(): Promise<number | undefined> {
    const client = directPostgres(this.target, connectMsMax);
    try {
      await client.connect();
      const asked = "select count(*)::int as left from pg_stat_activity where application_name = $1";
      const { rows } = await client.query<{ left: number }>(asked, [this.#name]);
      return rows[0]?.left;
    } catch (thrown) {
      if (isRefusal(thrown)) return undefined;
      throw thrown;
    } finally {
      letGo(client);
    }
  }
}

function isRefusal(thrown: unknown): boolean {
  return thrown instanceof pg.DatabaseError && thrown.code === "53300";
}
