/**
 * What flawed twins of the debouncer are made of: the good debouncer itself, over its own Redis client, with some steps
 * exchanged. A step that a twin does not name is the good one's; so a twin differs from the good one by its flaw alone.
 *
 * The twin that has no Redis at all is another matter (`in_one_process.ts`). A sibling would do the same for another part of
 * the reference. Nobody should copy from this folder: each file is here to be caught.
 */

import { Debouncer, type DebouncerOptions } from "../debouncer/mod.ts";
import { settingsOf } from "../debouncer/options.ts";
import { scriptsOf } from "../debouncer/scripts.ts";
import { openRedis, type Redis, type Script, type Word } from "../redis.ts";

/** What is done instead of one call of a script: gives a reply as the script does. `run` is the good client's. */
export type Step = (run: Redis["run"], keys: readonly string[], args: readonly Word[]) => Promise<unknown>;

/** What a twin does differently. */
export interface DebouncerFlaw {
  /** Names of scripts of the good one, each with what is done instead. */
  readonly instead: ReadonlyMap<string, Step>;
  /** Scripts of its own, loaded at the start as the good ones are. */
  readonly scripts?: readonly Script[];
  /** Ends what it has opened besides. */
  close?(): Promise<void>;
}

/** Opens a twin as `openDebouncer` opens the good one. Throws what that throws. */
export async function openDebouncerTwin(options: DebouncerOptions, flaw: DebouncerFlaw): Promise<Debouncer> {
  const settings = settingsOf(options);
  const { url, tls, log } = options;
  const all = [...scriptsOf(settings), ...(flaw.scripts ?? [])];
  const redis = await openRedis({ url, tls, log, deadlineMs: settings.deadlineMs }, all);
  const twin = new Debouncer(new OtherSteps(redis, flaw), settings);
  try {
    await twin.verify();
    return twin;
  } catch (error) {
    // Any class: it is thrown on, the connections are only given back first.
    await twin.close();
    throw error;
  }
}

/** The good one's client, which does something else instead of some scripts. */
class OtherSteps implements Redis {
  readonly #redis: Redis;
  readonly #flaw: DebouncerFlaw;

  constructor(redis: Redis, flaw: DebouncerFlaw) {
    this.#redis = redis;
    this.#flaw = flaw;
  }

  run(script: Script, keys: readonly string[], args: readonly Word[]): Promise<unknown> {
    const step = this.#flaw.instead.get(script.name);
    return step ? step((...call) => this.#redis.run(...call), keys, args) : this.#redis.run(script, keys, args);
  }

  async close(): Promise<void> {
    await this.#redis.close();
    await this.#flaw.close?.();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
