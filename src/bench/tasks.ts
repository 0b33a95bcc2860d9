/**
 * The idempotency checker against EVALSHA of its scripts by hand, two ways: a task that is new and does nothing, which is claimed
 * and completed, and one that is done, for which the claim is all. Keys are
 * plain, and there are no fingerprints: neither is hashed. Each side has one connection.
 */

import { openIdempotency } from "../reference/idempotency/mod.ts";
import { settingsOf } from "../reference/idempotency/options.ts";
import { claimScript, completeScript } from "../reference/idempotency/scripts.ts";
import { atOnce } from "./at_once.ts";
import { type Evalsha, openEvalsha } from "./evalsha.ts";
import type { Figure, Target } from "./figure.ts";

const known = "done";
const target: Target = { at: "least", value: 0.9 };

/** Measures both, on a server whose keys it may take out. */
export async function tasks(url: URL, signal: AbortSignal): Promise<Figure[]> {
  await using idempotency = await openIdempotency({ url });
  await using evalsha = await openEvalsha(url, [claimScript, completeScript]);
  let count = 0;
  const newTask = () => `task:${count++}`;
  const run = async (task: string, expected: "first" | "duplicate") => {
    const { verdict } = await idempotency.run(task, () => {});
    if (verdict !== expected) throw new Error(`Cannot measure: a task was "${verdict}" and not "${expected}"`);
    return 1;
  };
  const bare = byHand(evalsha, url);
  const clear = async () => {
    await evalsha.clear();
    await run(known, "first");
  };
  return await atOnce([
    {
      what: "run() of a new, empty task / its two EVALSHAs by npm:ioredis",
      ours: () => run(newTask(), "first"),
      theirs: () => bare.both(newTask()),
      target,
    },
    {
      what: "run() of a task that is done / its EVALSHA by npm:ioredis",
      ours: () => run(known, "duplicate"),
      theirs: () => bare.one(known),
      target,
    },
  ], { clear, signal });
}

/** The steps as one would send them by hand, with one owner for all. */
function byHand(evalsha: Evalsha, url: URL) {
  const { prefix, leaseMs, rememberMs } = settingsOf({ url });
  const owner = crypto.randomUUID();
  const keyOf = (task: string) => `${prefix}{${task}}`;
  const terms = [owner, "", `${leaseMs}`, `${rememberMs}`];
  const claim = async (key: string) => await evalsha.run(claimScript, 1, key, ...terms) as [string, string];
  return {
    async both(task: string) {
      const key = keyOf(task);
      const [_, token] = await claim(key);
      await evalsha.run(completeScript, 1, key, token, "", `${rememberMs}`);
      return 1;
    },
    async one(task: string) {
      await claim(keyOf(task));
      return 1;
    },
  };
}
