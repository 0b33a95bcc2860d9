/**
 * Tasks from their claim to their completion. A task is run only after a certain "first"; from then on every failure is treated
 * as if the task had done all of its work, unless the task itself says by throwing that it failed.
 */

import { createHash, randomUUID } from "node:crypto";
import { LeaseLost, StoreUnavailable } from "../errors.ts";
import { Ends } from "./ends.ts";
import { keyOf } from "./key.ts";
import { Held, type Lease } from "./lease.ts";
import { report } from "./log.ts";
import type { Settings } from "./options.ts";
import type { Store, Task } from "./store.ts";
import type { Verdict } from "./verdict.ts";

/** All tasks of one instance. */
export class Work {
  readonly #store: Store;
  readonly #settings: Settings;
  readonly #ends: Ends;
  /** With a number behind it, the owner of one claim: no other has the same. */
  readonly #name = randomUUID();
  #claims = 0;
  #running = 0;
  #stopping = false;
  #onIdle = () => {};

  constructor(store: Store, settings: Settings) {
    this.#store = store;
    this.#settings = settings;
    this.#ends = new Ends(settings.leaseMs);
  }

  /** Claims a task and runs it under the lease. See `Idempotency.run`. */
  async run<T>(key: string, run: (lease: Lease) => Promise<T> | T, fingerprint?: string): Promise<Verdict<T>> {
    const task = { key: keyOf(this.#settings.prefix, key), fingerprint: shortened(fingerprint) };
    if (this.#stopping) throw notRun("this instance is shutting down");
    const lease = new Held(key, this.#ends);
    this.#running++;
    try {
      const { leaseMs, deadlineMs } = this.#settings;
      const owner = `${this.#name}.${++this.#claims}`;
      const claimed = await this.#store.claim(task, owner, lease.endsAtMs - leaseMs + deadlineMs);
      if (typeof claimed !== "string") return claimed;
      lease.granted = claimed;
      const value = await this.#underLease(task, lease, run);
      await this.#complete(task, lease, value);
      return { verdict: "first", value };
    } finally {
      lease.letGo();
      if (--this.#running === 0) this.#onIdle();
    }
  }

  /** Takes no more tasks, waits `closeMs` for those that run, and tells the rest to stop: their leases run out by themselves. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const timer = setTimeout(() => this.#ends.endAll("this instance is shutting down"), this.#settings.closeMs);
    if (this.#running > 0) await new Promise<void>((resolve) => this.#onIdle = resolve);
    clearTimeout(timer);
    this.#ends.close();
  }

  async #underLease<T>(task: Task, lease: Held, run: (lease: Lease) => Promise<T> | T): Promise<T> {
    if (lease.lost !== undefined) {
      await this.#release(task, lease);
      throw notRun("the lease was over before Redis had granted it", lease.lost);
    }
    const { holdMsMax, leaseMs } = this.#settings;
    const renewals = holdMsMax > leaseMs ? this.#keepRenewing(task, lease) : undefined;
    try {
      return await lease.race(run);
    } catch (error) {
      // Any class: it is thrown on. A task that failed gives its lease back, so that the next attempt need not wait.
      if (lease.lost === undefined) await this.#release(task, lease);
      throw error;
    } finally {
      clearInterval(renewals);
    }
  }

  /** Asks three times a lease, as long as the whole of it lies within `holdMsMax`. */
  #keepRenewing(task: Task, lease: Held): ReturnType<typeof setInterval> {
    const { leaseMs, holdMsMax, log } = this.#settings;
    const lastMs = lease.endsAtMs - 2 * leaseMs + holdMsMax;
    let asking = false;
    return setInterval(async () => {
      if (asking || performance.now() > lastMs) return;
      asking = true;
      try {
        await lease.renew(() => this.#store.renew(task, lease.granted));
      } catch (error) {
        // Any class: an unknown renewal counts as none. The lease ends when it would have, unless the next one succeeds.
        report(log, "warn", "renewal_failed", { error });
      } finally {
        asking = false;
      }
    }, Math.ceil(leaseMs / 3));
  }

  async #complete(task: Task, lease: Held, value: unknown): Promise<void> {
    const { json, error } = value === undefined ? {} : jsonOf(value);
    if (!await this.#store.complete(task, lease.granted, json)) {
      throw new LeaseLost(`Another worker had taken over from token ${lease.granted}: the work may be done again`, {
        retryAfterMs: 1_000,
      });
    }
    if (error !== undefined) throw error;
  }

  async #release(task: Task, lease: Held): Promise<void> {
    try {
      await this.#store.release(task, lease.granted);
    } catch (error) {
      // Any class: the lease runs out by itself, and the task's own error is the one to be seen.
      report(this.#settings.log, "warn", "release_failed", { error });
    }
  }
}

function shortened(fingerprint: string | undefined): string {
  return fingerprint === undefined ? "" : createHash("sha256").update(fingerprint).digest("base64url");
}

function notRun(why: string, cause?: Error): StoreUnavailable {
  return new StoreUnavailable(`The task was not run: ${why}`, { retryAfterMs: 1_000, cause });
}

/** A value that is no JSON (a cycle, a bigint) is a mistake, which is shown once the task is written down as done. */
function jsonOf(value: unknown): { readonly json?: string | undefined; readonly error?: unknown } {
  try {
    return { json: JSON.stringify(value) };
  } catch (error) {
    return { error: error ?? new TypeError("The result is no JSON") }; // any class: it may be what a toJSON of the user's threw
  }
}
