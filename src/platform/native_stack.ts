/**
 * The stack `native` as all stacks are seen: Postgres is shared, and each lane has a Redis of its own.
 */
import { startNative } from "./native/stack.ts";
import type { Stack, StackOptions } from "./stack.ts";

/** Finds or installs the programs and starts them. Throws StackError when one cannot be had, and leaves nothing. */
export async function openNative({ say, signal }: StackOptions): Promise<Stack> {
  const native = await startNative({ say, signal });
  const { shared, toxiproxy, noRedis } = native;
  return {
    name: "native",
    why: native.why,
    versions: native.versions,
    shared: { postgres: { url: shared.url, outlives: false } },
    own: {
      postgres: (settings) => native.own(settings),
      ...(noRedis === undefined && { redis: (settings) => native.ownRedis(settings) }),
    },
    missing: noRedis === undefined ? {} : { redis: noRedis },
    toxiproxy: { url: toxiproxy.url, ports: undefined, resetsArrive: true },
    died: [shared.died, toxiproxy.died],
    lanesMax: Infinity,
    [Symbol.asyncDispose]: () => native[Symbol.asyncDispose](),
  };
}
