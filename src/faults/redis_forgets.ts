/**
 * Redis forgets: it is killed and started again without anything that it knew, as one without persistence is, or one whose place an empty
 * replica has taken. Claims, counts, fences and whatever waited are gone, although they were acknowledged.
 *
 * It strikes once, when it is injected: the server is back before the window begins, and empty. Nothing can bring back what it knew, so
 * healing only makes sure that it answers. The sibling that keeps its data is `redis_killed.ts`.
 */

import fc from "fast-check";
import type { Evidence, Fault, Target } from "../core/fault.ts";
import { DirectRedis, startOfRedis } from "./direct_redis.ts";
import { untilAnswers } from "./killing.ts";

/** What there was to forget. */
interface Known {
  readonly start: string;
  readonly keys: number;
  /** A key of our own, which nobody else writes: if it is gone, all are. */
  readonly mark: string;
}

/** Makes the run's own Redis forget all that it knew. */
export const redisForgets: Fault<Record<string, never>> = {
  name: "redis_forgets",
  story: "Redis is killed, and started again without anything that it knew",
  service: "redis",
  ownServer: true,
  severity: fc.constant({}),
  async inject(target) {
    target.signal.throwIfAborted();
    const { server } = target;
    if (!server) throw new Error("Cannot make Redis forget: this run shares it with others");
    const known = await know(target);
    target.signal.throwIfAborted();
    try {
      await server.kill();
      await server.restart({ emptied: true });
    } catch (cause) {
      await server.restart();
      throw cause;
    }
    return {
      evidence: () => evidenceOf(target, known),
      [Symbol.asyncDispose]: () => untilAnswers(target, startOfRedis),
    };
  },
};

async function know(target: Target): Promise<Known> {
  const start = await startOfRedis(target);
  if (start === undefined) throw new Error("Cannot make Redis forget: it does not answer");
  using direct = await DirectRedis.open(target);
  const keys = Number(await direct.ask("DBSIZE"));
  const mark = `nevertwice-forgets:${crypto.randomUUID()}`;
  await direct.ask("SET", mark, "known");
  return { start, keys, mark };
}

async function evidenceOf(target: Target, { start, keys, mark }: Known): Promise<Evidence> {
  const now = await startOfRedis(target);
  if (now === start) return { confirmed: false, what: "the server has been running all the time" };
  if (now === undefined) return { confirmed: false, what: "the server is gone" };
  using direct = await DirectRedis.open(target);
  if (await direct.ask("EXISTS", mark) !== 0) return { confirmed: false, what: "the server still knows what it knew" };
  if (keys === 0) return { confirmed: false, what: "there was nothing to forget" };
  return { confirmed: true, what: `the server is another one now, and has forgotten ${keys} keys` };
}
