/**
 * Redis loads: it is killed and started again, and takes its time to read what it knew. Meanwhile it lets everybody in and answers all
 * commands with LOADING; nothing was done then. When the fault heals it reads the rest at once, and knows what it knew.
 *
 * A server of a test has read its few keys before anybody can ask. So this adds keys for the time, which are read one in some
 * milliseconds; they lie in a snapshot, because while it reads one the server answers after each key. Redis 7.0 or later.
 */

import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import type { Evidence, Fault, Restart, Target } from "../core/fault.ts";
import { DirectRedis } from "./direct_redis.ts";
import { onceAnswered } from "./under_way.ts";

/** How many keys are added, and how long each takes, in microseconds: at least four seconds in all, and no answer later than that. */
const fillingKeys = 2_000;
const keyLoadDelayUs = 2_000;

/** Bytes after which the server answers. The least that it can be told, so each key has a little more, and of a kind that cannot be packed. */
const answerEveryBytes = 1_024;
const fillingBytes = answerEveryBytes + 76;

const slowly: Restart = {
  whileLoading: true,
  settings: {
    "key-load-delay": `${keyLoadDelayUs}`,
    "loading-process-events-interval-bytes": `${answerEveryBytes}`,
  },
};

/** How long the snapshot, and the rest of the reading, may take, in ms. */
const doneMsMax = 10_000;

const lookEveryMs = 5;

/** Makes the run's own Redis start again and load slowly. */
export const redisLoading: Fault<Record<string, never>> = {
  name: "redis_loading",
  story: "Redis is started again, and answers all commands with LOADING until it has read what it knew",
  service: "redis",
  ownServer: true,
  severity: fc.constant({}),
  async inject(target) {
    target.signal.throwIfAborted();
    const { server } = target;
    if (!server) throw new Error("Cannot make Redis load: this run shares it with others");
    await using undo = new AsyncDisposableStack();
    const prefix = `nevertwice-loading:${crypto.randomUUID()}`;
    const filling = Array.from({ length: fillingKeys }, (_, i) => `${prefix}:${i}`);
    undo.defer(() => remove(target, filling));
    await fill(target, filling);
    target.signal.throwIfAborted();
    undo.defer(() => hurry(target));
    try {
      await server.kill();
      await server.restart(slowly);
    } catch (cause) {
      await server.restart();
      throw cause;
    }
    const begun = await look(target);
    const watches = target.links.map((link) => link.watch());
    const cure = undo.move();
    return {
      evidence: () => onceAnswered(watches, async () => evidenceOf(begun, await look(target))),
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

/** Adds the keys, and has the server write a snapshot of all that it knows. Rejects, before anything, if it cannot load slowly. */
async function fill(target: Target, filling: readonly string[]): Promise<void> {
  using direct = await DirectRedis.open(target);
  for (const name of Object.keys(slowly.settings!)) {
    if (await direct.setting(name) === undefined) throw new Error(`Cannot make Redis load slowly: it has no ${name}`);
  }
  const value = randomBytes(fillingBytes / 2).toString("hex");
  await direct.ask("MSET", ...filling.flatMap((key) => [key, value]));
  await direct.ask("BGREWRITEAOF");
  await until(async () => {
    const persistence = await direct.info("persistence");
    return ["aof_rewrite_in_progress", "aof_rewrite_scheduled"].every((name) => persistence.get(name) === "0");
  }, "has written its snapshot");
}

/** The rest is read at once. */
async function hurry(target: Target): Promise<void> {
  using direct = await DirectRedis.open(target);
  await direct.ask("CONFIG", "SET", "key-load-delay", 0);
  await until(async () => !(await look(target)).loading, "has loaded all");
}

async function remove(target: Target, filling: readonly string[]): Promise<void> {
  using direct = await DirectRedis.open(target);
  await direct.ask("UNLINK", ...filling);
  const left = Number(await direct.ask("EXISTS", ...filling));
  if (left > 0) throw new Error(`Cannot confirm that Redis has only its own keys: ${left} of ours are left`);
}

/** A server as it says of itself. */
interface Look {
  /** Which start of it this is. */
  readonly start: string | undefined;
  /** Commands that this start has answered with LOADING; ours are among them, for we ask whether it is ready. */
  readonly refused: number;
  readonly loading: boolean;
}

async function look(target: Target): Promise<Look> {
  using direct = await DirectRedis.open(target);
  const start = (await direct.info("server")).get("run_id");
  const loading = (await direct.info("persistence")).get("loading") === "1";
  return { start, refused: await direct.errors("LOADING"), loading };
}

async function until(done: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + doneMsMax;
  while (!await done()) {
    if (performance.now() > deadline) throw new Error(`Cannot confirm that Redis ${what}: not within ${doneMsMax} ms`);
    await pause(lookEveryMs);
  }
}

function evidenceOf(begun: Look, now: Look): Evidence {
  if (now.start !== begun.start) return { confirmed: false, what: "somebody else has started the server again" };
  const refused = now.refused - begun.refused;
  if (refused === 0) return { confirmed: false, what: "no command was answered LOADING" };
  const state = now.loading ? "" : ", then it had loaded all";
  return { confirmed: true, what: `${refused} commands were answered LOADING${state}` };
}
