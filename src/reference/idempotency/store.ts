/**
 * The steps of a task in Redis, each one script. A step whose answer was lost may be asked again, because each of them changes
 * nothing when it comes a second time: a claim knows its owner, all others their token.
 */

import { Buffer } from "node:buffer";
import { Failure, OutcomeUnknown, StoreUnavailable } from "../errors.ts";
import type { Redis } from "../redis.ts";
import type { Settings } from "./options.ts";
import { claimScript, completeScript, releaseScript, renewScript } from "./scripts.ts";
import type { Verdict } from "./verdict.ts";

/** A task by its key in Redis, and what tells it from another task with that key. */
export interface Task {
  readonly key: string;
  readonly fingerprint: string;
}

const pauseMs = 10;

/** What can be asked about tasks. */
export class Store {
  readonly #redis: Redis;
  readonly #settings: Settings;

  constructor(redis: Redis, settings: Settings) {
    this.#redis = redis;
    this.#settings = settings;
  }

  /**
   * Gives the token of the lease, or why there is none; asked for again until the time is up. Throws StoreUnavailable, or
   * UnsuitableStore: nobody works on the task by this.
   */
  async claim(task: Task, owner: string, endsAtMs: number): Promise<string | Verdict<never>> {
    try {
      return answerOf(await this.#claim(task, owner));
    } catch (error) {
      if (!isLost(error)) throw error;
      return answerOf(await askAgain(() => this.#claim(task, owner), isLost, error, endsAtMs, notRun));
    }
  }

  /** Whether the lease is still ours, and is now longer. */
  async renew({ key }: Task, token: string): Promise<boolean> {
    const { leaseMs, rememberMs } = this.#settings;
    return await this.#redis.run(renewScript, [key], [token, leaseMs, rememberMs]) === 1;
  }

  /** Whether it was still ours and is now done; asked for again until the deadline. Throws OutcomeUnknown. */
  async complete(task: Task, token: string, result: string | undefined): Promise<boolean> {
    const { resultBytesMax, deadlineMs } = this.#settings;
    const kept = result !== undefined && Buffer.byteLength(result) <= resultBytesMax ? result : undefined;
    const endsAtMs = performance.now() + deadlineMs;
    try {
      return await this.#complete(task, token, kept) === 1;
    } catch (error) {
      if (!isFailure(error)) throw error;
      const ask = () => this.#complete(task, token, kept);
      return await askAgain(ask, isFailure, error, endsAtMs, notWrittenDown) === 1;
    }
  }

  /** Whether it was still ours and is now free. */
  async release({ key }: Task, token: string): Promise<boolean> {
    return await this.#redis.run(releaseScript, [key], [token, this.#settings.rememberMs]) === 1;
  }

  #claim({ key, fingerprint }: Task, owner: string): Promise<unknown> {
    const { leaseMs, rememberMs } = this.#settings;
    return this.#redis.run(claimScript, [key], [owner, fingerprint, leaseMs, rememberMs]);
  }

  #complete({ key, fingerprint }: Task, token: string, result: string | undefined): Promise<unknown> {
    const args = [token, fingerprint, this.#settings.rememberMs];
    return this.#redis.run(completeScript, [key], result === undefined ? args : [...args, result]);
  }
}

/** Asks again after a failure, as long as there is time and failures are of that kind; then throws what they mean. */
async function askAgain(
  ask: () => Promise<unknown>,
  kind: (error: unknown) => error is Failure,
  failure: Failure,
  endsAtMs: number,
  meaning: (failure: Failure) => Failure,
): Promise<unknown> {
  let last = failure;
  for (let waitMs = pauseMs; performance.now() + waitMs < endsAtMs; waitMs *= 2) {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    try {
      return await before(endsAtMs, ask(), last);
    } catch (error) {
      // Any class: those that are not of the kind are thrown on.
      if (!kind(error)) throw error;
      last = error;
    }
  }
  throw meaning(last);
}

function isLost(error: unknown): error is Failure {
  return error instanceof OutcomeUnknown;
}

/** Also a store that will not do: it may do again in a moment, and the task has been run. */
function isFailure(error: unknown): error is Failure {
  return error instanceof Failure;
}

function notRun(cause: Failure): Failure {
  const { retryAfterMs } = cause;
  return new StoreUnavailable("The task was not run: Redis did not say whether it may be", { retryAfterMs, cause });
}

/** Whatever became of the completion, the task has been run: that is never "nothing happened". */
function notWrittenDown(cause: Failure): Failure {
  const { retryAfterMs = 1_000 } = cause;
  return new OutcomeUnknown("The task is done, but perhaps not written down: it may be done again", {
    retryAfterMs,
    cause,
  });
}

/** Waits until the time is up, and throws then what was known before. */
async function before<T>(endsAtMs: number, promise: Promise<T>, otherwise: unknown): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(otherwise), Math.max(0, endsAtMs - performance.now()));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function answerOf(reply: unknown): string | Verdict<never> {
  const [what, detail] = Array.isArray(reply) ? reply : [];
  switch (what) {
    case "first":
      return String(detail);
    case "busy":
      return { verdict: "busy", retryAfterMs: Math.max(1, Number(detail)) };
    case "late":
      return { verdict: "busy", retryAfterMs: 1_000 };
    case "conflict":
      return { verdict: "conflict" };
    case "done":
      return { verdict: "duplicate", value: typeof detail === "string" ? JSON.parse(detail) : undefined };
    default:
      throw new TypeError(`Cannot read the reply of a claim: ${JSON.stringify(reply)}`);
  }
}
