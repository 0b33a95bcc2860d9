/**
 * The packages that the bench compares with, in the versions that `rivals/package.json` pins. They are installed by npm, into
 * that folder, when the bench first needs them, and by nothing else: BullMQ names optional packages that not every registry
 * has, at which Deno gives up and npm does not. Both are run by this process, with the driver that the reference uses.
 *
 * A sibling is one more dependency there, and the few words of its interface that are needed, here.
 */

import type { Redis } from "ioredis";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { lastLines, runProgram } from "../platform/native/run_program.ts";
import pinned from "./rivals/package.json" with { type: "json" };

/** BullMQ's queue: what debouncing needs of it. */
export interface Queue {
  waitUntilReady(): Promise<unknown>;
  add(name: string, data: object, options: object): Promise<unknown>;
  close(): Promise<void>;
}

/** rate-limiter-flexible's limiter on Redis. `consume` rejects when the limit is reached. */
export interface RateLimiter {
  consume(key: string): Promise<unknown>;
}

/** The packages. */
export interface Rivals {
  readonly bullmq: { readonly Queue: new (name: string, options: { connection: Redis }) => Queue };
  readonly limiters: {
    readonly RateLimiterRedis: new (
      options: { storeClient: Redis; points: number; duration: number; keyPrefix: string },
    ) => RateLimiter;
  };
}

const folder = new URL("./rivals/", import.meta.url);
const installMsMax = 60_000;

/** Their versions, by names such as `npm:bullmq`. */
export const rivalVersions: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(pinned.dependencies).map(([name, version]) => [`npm:${name}`, version]),
);

/** Gives the packages, after installing what is missing, or says in a sentence why they cannot be had. */
export async function obtainRivals(
  { say, signal }: { say: (line: string) => void; signal: AbortSignal },
): Promise<Rivals | string> {
  if (!await areInstalled()) {
    const names = Object.entries(pinned.dependencies).map((one) => one.join(" ")).join(" and ");
    say(`Installing ${names} with npm, for the bench alone, into src/bench/rivals`);
    // No lock file: BullMQ pins what it needs itself, and a lock would name the optional packages of one registry.
    const args = ["install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    const cwd = fileURLToPath(folder);
    const ran = await runProgram({ command: "npm", args, cwd, deadlineMs: installMsMax, signal });
    if (!ran.ok) return `npm ${[ran.how, lastLines(ran.output, 1)].filter((part) => part !== "").join(": ")}`;
  }
  const require = createRequire(new URL("package.json", folder));
  return { bullmq: require("bullmq"), limiters: require("rate-limiter-flexible") };
}

/** Whether each lies there in its version. npm puts a package there last of all, so that one which is there is complete. */
async function areInstalled(): Promise<boolean> {
  for (const [name, version] of Object.entries(pinned.dependencies)) {
    try {
      const found = JSON.parse(await Deno.readTextFile(new URL(`node_modules/${name}/package.json`, folder)));
      if (found.version !== version) return false;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }
  return true;
}
