/**
 * A connection to each store that is held for the whole session, under its name. By it other sessions see that this one
 * lives, and must not be swept; and by its loss this one sees that a server went away which is not ours to watch otherwise.
 */
// @ts-types="@types/pg"
import pg from "pg";
import { Redis } from "ioredis";
import { innermostReason } from "../innermost_reason.ts";
import { answerMsMax, placeOf, presenceOf, type StandingServers } from "./servers.ts";

/** A server that was away for less has not died: somebody may end connections, or start it again. */
const awayMsMax = 10_000;
const triesEveryMs = 200;
const looksEveryMs = 2_000;

/** The connections. Disposing ends them. */
export interface Presence extends Disposable {
  /** One for each server: resolves with a sentence once it does not answer any more. */
  readonly died: readonly Promise<string>[];
}

/** Connects to all. Rejects if one does not answer. */
export async function bePresent(servers: StandingServers, session: string): Promise<Presence> {
  const stop = new AbortController();
  const { postgres, redis, toxiproxy } = servers;
  try {
    const died = await Promise.all([
      ...(postgres ? [hold(`Postgres at ${placeOf(postgres)}`, () => atPostgres(postgres, session), stop.signal)] : []),
      ...(redis ? [hold(`Redis at ${placeOf(redis)}`, () => atRedis(redis, session), stop.signal)] : []),
      hold(`Toxiproxy at ${placeOf(toxiproxy)}`, () => atToxiproxy(toxiproxy, stop.signal), stop.signal),
    ]);
    return { died: died.map(({ ended }) => ended), [Symbol.dispose]: () => stop.abort() };
  } catch (cause) {
    stop.abort();
    throw cause;
  }
}

/** A connection that is held. */
interface Held {
  readonly lost: Promise<void>;
  end(): void;
}

/** Opens it, and again whenever it is lost; `ended` resolves when that does not help. Rejects if it cannot be opened at first. */
async function hold(who: string, open: () => Promise<Held>, signal: AbortSignal): Promise<{ ended: Promise<string> }> {
  const first = await open();
  const { promise: ended, resolve: tell } = Promise.withResolvers<string>();
  const stay = async () => {
    for (let held = first;;) {
      const end = () => held.end();
      signal.addEventListener("abort", end);
      await held.lost;
      signal.removeEventListener("abort", end);
      const again = await openAgain(open, signal);
      if (signal.aborted) return;
      if (typeof again === "string") return tell(`${who} does not answer any more: ${again}`);
      held = again;
    }
  };
  void stay();
  return { ended };
}

/** The connection, or why there is none. */
async function openAgain(open: () => Promise<Held>, signal: AbortSignal): Promise<Held | string> {
  const deadline = performance.now() + awayMsMax;
  for (let why = "it is gone";; await pause(triesEveryMs)) {
    if (signal.aborted || performance.now() > deadline) return why;
    try {
      const held = await open();
      if (signal.aborted) held.end();
      return held;
    } catch (error) {
      why = innermostReason(error);
    }
  }
}

async function atPostgres(url: URL, session: string): Promise<Held> {
  const client = new pg.Client({
    connectionString: url.href,
    connectionTimeoutMillis: answerMsMax,
    application_name: presenceOf(session),
    keepAlive: true,
  });
  const { promise: lost, resolve } = Promise.withResolvers<void>();
  client.on("error", () => resolve());
  client.on("end", () => resolve());
  await client.connect();
  return { lost, end: () => client.connection.stream.destroy() };
}

async function atRedis(url: URL, session: string): Promise<Held> {
  const redis = new Redis(url.href, {
    lazyConnect: true,
    connectTimeout: answerMsMax,
    retryStrategy: () => null,
    enableReadyCheck: false,
    connectionName: presenceOf(session),
  });
  const { promise: lost, resolve } = Promise.withResolvers<void>();
  redis.on("error", () => {}); // `end` follows
  redis.on("end", () => resolve());
  await redis.connect();
  return { lost, end: () => redis.disconnect() };
}

/** It has no lasting connections, so it is asked from time to time. */
async function atToxiproxy(url: URL, signal: AbortSignal): Promise<Held> {
  const ask = async () => {
    const response = await fetch(new URL("/version", url), { signal: AbortSignal.timeout(answerMsMax) });
    await response.body?.cancel();
  };
  await ask();
  const watch = async () => {
    while (!signal.aborted) {
      await pause(looksEveryMs, signal);
      try {
        await ask();
      } catch (error) {
        if (error instanceof Error) return;
        throw error;
      }
    }
  };
  return { lost: watch(), end: () => {} };
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
