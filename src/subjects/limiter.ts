/**
 * The reference's rate limiter, made testable. The instance's half is `limiter_hosted.ts`; flawed twins use both and differ in the
 * module that opens the limiter, and in nothing else.
 *
 * A call's key is `<limited key>/<call>`: a sender that comes again comes with the same one, and is counted again.
 */

import type { Operation } from "../core/plan.ts";
import type { Promises, Subject } from "../core/subject.ts";

/** A call that is to be limited. It makes no effect of its own: whether it was allowed is all there is to know. */
export interface LimiterCall extends Operation {
  readonly do: "call";
  readonly effectless: true;
}

/** The deadline that each call is given, in ms. */
export const deadlineMs = 200;

/**
 * Short times, so that a session is quick; a first call also opens the limiter, which has a deadline of its own. The window is
 * longer than a run: all of a run's calls lie in it, whenever they come and however long Redis is away.
 */
export const claimTimes = {
  answersWithinMs: 2 * deadlineMs,
  convergesWithinMs: 10_000,
  limit: 4,
  windowMs: 30_000,
} satisfies Promises;

/** Several windows follow one another in a run. */
export const slidingTimes: Promises = { ...claimTimes, windowMs: 100 };

/** Long enough that calls can be said to come just before and just after its end. */
export const oneWindowTimes = { ...claimTimes, windowMs: 400 } satisfies Promises;

const unhurriedMs = 1_000;

/** For controls, in which nothing waits for a deadline: on a busy machine no call runs out of time that the disturbance had not met. */
export const unhurried: Pick<Variant, "promises" | "options"> = {
  promises: { ...claimTimes, answersWithinMs: 2 * unhurriedMs, convergesWithinMs: 1_500 },
  options: { deadlineMs: unhurriedMs },
};

/** How a subject differs from the plain one. */
export interface Variant {
  readonly name?: string;
  /** Called as a function, or as a middleware: a request in, a status out. */
  readonly by?: "function" | "middleware";
  readonly promises?: Promises;
  /** The hosted module; the reference's by default. */
  readonly module?: URL;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A rate limiter subject. Its instances keep nothing but their connection: all counts lie in Redis, under the limited key. */
export function limiter(variant: Variant = {}): Subject<LimiterCall> {
  const by = variant.by ?? "function";
  return {
    name: variant.name ?? (by === "function" ? "rate limiter" : "rate limiter, middleware"),
    needs: ["redis"],
    host: { module: variant.module ?? new URL("./limiter_hosted.ts", import.meta.url) },
    promises: variant.promises ?? claimTimes,
    options: { by, deadlineMs, ...variant.options },
    reusable: true,
    describe: (op) => `call ${op.key}`,
  };
}

/** What is limited by this call: all before the last slash. */
export function limitedKey({ key }: LimiterCall): string {
  return key.slice(0, Math.max(0, key.lastIndexOf("/"))) || key;
}
