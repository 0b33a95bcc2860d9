/**
 * Redis killed: kill -9 of the server, and a start on the same data when the fault heals. It keeps what it had acknowledged (`appendonly`),
 * and has forgotten all scripts and who was connected. In between, new connections are refused.
 *
 * A kill does not lose what the kernel was told to write, so this is a crash of the server and not a loss of power, whatever
 * `appendfsync` says. The sibling that loses everything is `redis_forgets.ts`, that for Postgres `server_killed.ts`.
 */

import fc from "fast-check";
import type { Fault } from "../core/fault.ts";
import { startOfRedis } from "./direct_redis.ts";
import { killUntilHealed } from "./killing.ts";

/** Kills the run's own Redis, and starts it again. */
export const redisKilled: Fault<Record<string, never>> = {
  name: "redis_killed",
  story: "Redis is killed, and started again on the same data",
  service: "redis",
  ownServer: true,
  severity: fc.constant({}),
  inject: (target) => killUntilHealed(target, startOfRedis),
};
