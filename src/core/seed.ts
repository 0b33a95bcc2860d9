/**
 * Seeds: one number fixes all that chance decides, and each part derives its own from it by name, so that a scenario's
 * plans do not depend on which other scenarios run.
 */

import { createHash } from "node:crypto";

/** Largest seed: 2^31 - 1, what fast-check takes. */
export const seedMax = 2_147_483_647;

/** A seed from 0 to seedMax, stable for the same parent and name. */
export function derivedSeed(seed: number, name: string): number {
  return createHash("sha256").update(`${seed} ${name}`).digest().readUInt32BE(0) % (seedMax + 1);
}

/** The shard, from 0, to which a stable name belongs. */
export function shardOf(name: string, shards: number): number {
  return createHash("sha256").update(name).digest().readUInt32BE(0) % shards;
}
