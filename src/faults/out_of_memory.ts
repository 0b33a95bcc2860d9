/**
 * Out of memory: the server has no memory left and may evict nothing (`maxmemory` below what it uses, `noeviction`), so whatever needs more
 * is refused with OOM. Nothing was done then; reads and deletions go on.
 *
 * A script is refused at its first write that needs memory, so one that has deleted something before stops halfway.
 */

import fc from "fast-check";
import type { Evidence, Fault, Target } from "../core/fault.ts";
import { DirectRedis } from "./direct_redis.ts";
import { onceAnswered } from "./under_way.ts";

/** Takes the memory from the run's own server. */
export const outOfMemory: Fault<Record<string, never>> = {
  name: "out_of_memory",
  story: "The server has no memory left, and refuses to write",
  service: "redis",
  ownServer: true,
  severity: fc.constant({}),
  async inject(target) {
    target.signal.throwIfAborted();
    if (!target.server) throw new Error("Cannot take the memory: this run shares its server with others");
    const before = await look(target);
    if (before.policy !== "noeviction") {
      throw new Error(`Cannot take the memory: the server would evict keys (${before.policy})`);
    }
    await using undo = new AsyncDisposableStack();
    undo.defer(() => limit(target, before.limitBytes));
    await limit(target, 1);
    const watches = target.links.map((link) => link.watch());
    const cure = undo.move();
    return {
      evidence: () =>
        onceAnswered(watches, async () => {
          const now = await look(target);
          return evidenceOf(now.refused - before.refused, now.limitBytes);
        }),
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

async function look(target: Target): Promise<{ refused: number; limitBytes: number; policy: string | undefined }> {
  using direct = await DirectRedis.open(target);
  const limitBytes = Number(await direct.setting("maxmemory"));
  return { refused: await direct.errors("OOM"), limitBytes, policy: await direct.setting("maxmemory-policy") };
}

/** Sets what the server may use, in bytes; 0 for no limit. Rejects if that is not what it then says. */
async function limit(target: Target, bytes: number): Promise<void> {
  using direct = await DirectRedis.open(target);
  await direct.ask("CONFIG", "SET", "maxmemory", bytes);
  const now = await direct.setting("maxmemory");
  if (now !== `${bytes}`) throw new Error(`Cannot confirm that Redis may use ${bytes} bytes: it says ${now}`);
}

function evidenceOf(refused: number, limitBytes: number): Evidence {
  if (refused > 0) return { confirmed: true, what: `${refused} commands were answered OOM` };
  const what = limitBytes === 1
    ? "no command was answered OOM"
    : "the server had its memory, and answered nothing with OOM";
  return { confirmed: false, what };
}
