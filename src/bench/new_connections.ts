/**
 * The bare rate of new connections: what a plan that cuts one has to pay anyway. By `pgbench -C` where it lies beside the
 * Postgres that is used, which is not so with the one from npm; else by npm:pg, which is a client about as heavy as a subject.
 */

// @ts-types="@types/pg"
import pg from "pg";
import { dirname, join } from "node:path";
import type { Installation } from "../platform/native/program.ts";
import { lastLines, runProgram } from "../platform/native/run_program.ts";
import { during, type Side } from "./in_rounds.ts";

const seconds = 1;

/** What connects, and how fast it does with so many clients at once. Each connection is used for `select 1`. */
export interface Connector {
  readonly name: "pgbench -C" | "npm:pg";
  rate(clients: number): Side;
}

/** Finds what connects. `folder` is one that may be written; the connector uses it as long as it is used. */
export async function connector(
  { postgres, url, folder, signal }: { postgres: Installation; url: URL; folder: string; signal: AbortSignal },
): Promise<Connector> {
  const command = join(dirname(postgres.path), "pgbench");
  const env = postgres.libraries ? { LD_LIBRARY_PATH: postgres.libraries } : undefined;
  const found = await runProgram({ command, args: ["--version"], deadlineMs: 5_000, env, signal });
  if (!found.ok) return { name: "npm:pg", rate: (clients) => byDriver(url, clients, signal) };
  const script = join(folder, "connect.sql");
  await Deno.writeTextFile(script, "select 1;\n");
  const rate = (clients: number) => async () => {
    const threads = Math.min(clients, navigator.hardwareConcurrency);
    const args = ["-n", "-C", "-c", `${clients}`, "-j", `${threads}`, "-T", `${seconds}`, "-f", script, url.href];
    const ran = await runProgram({ command, args, deadlineMs: 20_000, env, signal });
    const rate = /^tps = ([\d.]+) \((?:including|without)/m.exec(ran.output)?.[1];
    if (!ran.ok || !rate) throw new Error(`Cannot measure connects: pgbench ${ran.how} ${lastLines(ran.output, 3)}`);
    return Number(rate);
  };
  return { name: "pgbench -C", rate };
}

function byDriver(url: URL, atOnce: number, signal: AbortSignal): Side {
  const connect = async () => {
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    await client.query("select 1");
    await client.end();
    return 1;
  };
  return during(connect, { ms: 1_000 * seconds, atOnce, signal });
}
