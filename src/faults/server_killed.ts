/**
 * Server killed: kill -9 of the server and all of its processes, and a start on the same data when the fault heals. It
 * recovers what was committed; everything else is rolled back. In between, new connections are refused.
 *
 * A kill does not lose what the kernel was told to write, so this is a crash of the server and not a loss of power.
 */

import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
// @ts-types="@types/pg"
import pg from "pg";
import type { Evidence, Fault, Target, Traffic } from "../core/fault.ts";

/** How long one look at the server may take. */
const lookMsMax = 1_000;

/** How long a server that was started again may take until it answers the direct road. */
const answersMsMax = 10_000;

const lookEveryMs = 10;

/** Kills the run's own server, and starts it again. */
export const serverKilled: Fault<Record<string, never>> = {
  name: "server_killed",
  story: "The server is killed, and started again on the same data",
  ownServer: true,
  severity: fc.constant({}),
  async inject(target) {
    target.signal.throwIfAborted();
    const { server } = target;
    if (!server) throw new Error("Cannot kill the server: this run shares it with others");
    const before = await startOf(target);
    if (before === undefined) throw new Error("Cannot kill the server: it does not answer");
    const watches = target.links.map((link) => link.watch());
    await using undo = new AsyncDisposableStack();
    undo.defer(() => untilAnswers(target));
    undo.defer(() => server.restart());
    await server.kill();
    const cure = undo.move();
    return {
      evidence: async () => evidenceOf(watches.map((watch) => watch.traffic()), before, await startOf(target)),
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

function evidenceOf(traffic: readonly Traffic[], before: string, now: string | undefined): Evidence {
  if (now === before) return { confirmed: false, what: "the server has been running all the time" };
  const ended = traffic.reduce((sum, t) => sum + t.endedByRoad + t.resets, 0);
  const tried = traffic.reduce((sum, t) => sum + t.opened + t.refused, 0);
  const sent = traffic.reduce((sum, t) => sum + t.bytesUp, 0);
  if (ended + tried + sent === 0) return { confirmed: false, what: "the server was gone, but nothing was on the road" };
  const state = now === undefined ? "the server is gone" : "the server was gone, and is another one now";
  return { confirmed: true, what: `${state}: ${ended} connections ended, ${tried} new ones were tried` };
}

async function untilAnswers(target: Target): Promise<void> {
  const deadline = performance.now() + answersMsMax;
  while (await startOf(target) === undefined) {
    if (performance.now() > deadline) {
      throw new Error(`Cannot confirm that the server runs again: it did not answer within ${answersMsMax} ms`);
    }
    await pause(lookEveryMs);
  }
}

/** When the server that answers on the direct road was started; undefined if none answers. */
async function startOf({ sql }: Target): Promise<string | undefined> {
  const { host, port, user, pass, database } = sql.options;
  const client = new pg.Client({
    host: host[0],
    port: port[0],
    user,
    password: pass ?? "",
    database,
    connectionTimeoutMillis: lookMsMax,
    query_timeout: lookMsMax,
  });
  // The query or the connect says what went wrong; without a listener the same loss would be an uncaught exception.
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ start: string }>("select pg_postmaster_start_time()::text as start");
    return rows[0]?.start;
  } catch (thrown) {
    // Whatever stands in the way, no server answered: that is the question here.
    if (thrown instanceof Error) return undefined;
    throw thrown;
  } finally {
    // Not by a farewell: that would wait for a server that may not answer.
    client.connection.stream.destroy();
  }
}
