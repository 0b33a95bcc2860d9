/**
 * Where things are in this checkout, and what it is made of.
 */

import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };

/** The checkout's folder. */
export const root = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");
/** Where scenarios are found. */
export const scenariosFolder = `${root}/scenarios`;
/** Where sessions are kept unless told otherwise. */
export const reportsFolder = `${root}/reports`;

/** Version of nevertwice and of the packages that take part in a run. */
export function ownVersions(): Record<string, string> {
  const drivers = ["postgres", "pg", "ioredis", "fast-check", "toxiproxy-node-client"] as const;
  const of = (name: (typeof drivers)[number]) => config.imports[name].split("@").at(-1)!;
  return { nevertwice: config.version, ...Object.fromEntries(drivers.map((name) => [`npm:${name}`, of(name)])) };
}

/** The commit of the checkout, with a plus if it was changed since; undefined without git. */
export async function commit(): Promise<string | undefined> {
  const ask = async (...args: string[]) => {
    const { success, stdout } = await new Deno.Command("git", { args: ["-C", root, ...args], stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  };
  try {
    const head = await ask("rev-parse", "--short=12", "HEAD");
    return head === undefined ? undefined : `${head}${await ask("status", "--porcelain") ? "+" : ""}`;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined; // no git on this machine
    throw cause;
  }
}
