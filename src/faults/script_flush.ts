/**
 * Script flush: the server forgets all scripts, as it does when it is started again, fails over or runs low on memory. Whoever calls one by
 * its digest is told NOSCRIPT, and nothing was done.
 *
 * It strikes once, when it is injected, and is over at once: those who load a script again have it. So healing has nothing to do.
 * The scripts belong to everybody on the server, so it strikes the run's own alone.
 */

import fc from "fast-check";
import type { Evidence, Fault, Target } from "../core/fault.ts";
import { DirectRedis, fieldsOf } from "./direct_redis.ts";

/** What it did. */
interface Forgotten {
  readonly before: number;
  readonly after: number;
  /** Answers of NOSCRIPT until then. */
  readonly refused: number;
}

/** Makes the run's own server forget all scripts. */
export const scriptFlush: Fault<Record<string, never>> = {
  name: "script_flush",
  story: "The server forgets all scripts",
  service: "redis",
  ownServer: true,
  severity: fc.constant({}),
  async inject(target) {
    target.signal.throwIfAborted();
    if (!target.server) throw new Error("Cannot flush the scripts: this run shares its server with others");
    const forgotten = await flush(target);
    return {
      evidence: () => evidenceOf(target, forgotten),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  },
};

/** Counts and flushes in one transaction of the server: an instance may load a script again at once. */
async function flush(target: Target): Promise<Forgotten> {
  using direct = await DirectRedis.open(target);
  const refused = await direct.errors("NOSCRIPT");
  const [before, , after] = await direct.askTogether([["INFO", "memory"], ["SCRIPT", "FLUSH", "SYNC"], [
    "INFO",
    "memory",
  ]]);
  return { before: scriptsIn(before), after: scriptsIn(after), refused };
}

function scriptsIn(info: unknown): number {
  return Number(fieldsOf(info).get("number_of_cached_scripts"));
}

async function evidenceOf(target: Target, { before, after, refused }: Forgotten): Promise<Evidence> {
  if (before === 0) return { confirmed: false, what: "no script was there to forget" };
  if (after !== 0) return { confirmed: false, what: `${after} of ${before} scripts are still there` };
  using direct = await DirectRedis.open(target);
  const calls = await direct.errors("NOSCRIPT") - refused;
  return { confirmed: true, what: `${before} scripts were forgotten; ${calls} calls were answered NOSCRIPT since` };
}
