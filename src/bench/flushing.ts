/**
 * How fast a debouncer flushes, how late it does when 100,000 conversations are open and fall due at half that rate, and how
 * much of Redis's memory one of them takes. Three instances, each in a process of its own, with a handler that does nothing.
 */

import { Conversations, openingScript } from "./conversations.ts";
import { type Evalsha, openEvalsha } from "./evalsha.ts";
import { type Figure, percentileOf, type Target } from "./figure.ts";
import { type Flushers, startFlushers } from "./flushers.ts";
import type { Flushed } from "./flushing_process.ts";

const instances = 3;
const backlog = 30_000;
/** So many are open all the while. */
const open = 100_000;
const messageBytes = 100;
/** For how long conversations fall due. */
const seconds = 10;
const pollMs = 250;
const patienceMs = 60_000;
const target: Target = { at: "most", value: 50 };
const lagWhat = "flush lag at half that rate";

/** Measures it on a server whose keys it may take out. */
export async function flushing(url: URL, signal: AbortSignal): Promise<Figure[]> {
  const prefix = "bench:";
  await using evalsha = await openEvalsha(url, [openingScript]);
  await using flushers = await startFlushers({ url, prefix, count: instances, signal });
  const conversations = new Conversations(evalsha, { url, prefix, signal });
  const { opensASecond, flushesASecond } = await rates(conversations, flushers, signal);
  await evalsha.clear();
  const dueASecond = flushesASecond / 2;
  const load = { evalsha, conversations, flushers, opensASecond, dueASecond, signal };
  const { bytes, flushed } = await underLoad(load);
  return [
    {
      what: `flushes a second, ${instances} instances`,
      value: flushesASecond,
      unit: "/s",
      how: `processes of Deno, an empty handler; ${whole(backlog)} due at once`,
    },
    ...lags(flushed, dueASecond),
    {
      what: "memory of a conversation",
      value: bytes,
      unit: "B",
      how: `one message of ${messageBytes} bytes, its id remembered; by used_memory, of ${whole(open)}`,
    },
  ];
}

function lags(flushed: readonly Flushed[] | string, dueASecond: number): Figure[] {
  if (typeof flushed === "string") return [{ what: `${lagWhat}, p99`, unit: "ms", target, notMeasured: flushed }];
  const lagsMs = flushed.map(([dueAtMicros, _, handledAtMs]) => handledAtMs - dueAtMicros / 1_000);
  const takenMs = flushed.map(([_, lateMs]) => lateMs);
  const inMs = (percent: number) => `${percentileOf(takenMs, percent).toFixed(1)} ms (p${percent})`;
  return [
    {
      what: `${lagWhat}, p50`,
      value: percentileOf(lagsMs, 50),
      unit: "ms",
      how: `${whole(open)} open, ${whole(dueASecond)} a second fall due; from the end of the quiet time to the handler`,
    },
    {
      what: `${lagWhat}, p99`,
      value: percentileOf(lagsMs, 99),
      unit: "ms",
      target,
      how: `${whole(flushed.length)} flushes; taken from Redis after ${inMs(50)} and ${inMs(99)}`,
    },
  ];
}

/** How fast conversations are opened, and how fast those that are all due are flushed. */
async function rates(conversations: Conversations, flushers: Flushers, signal: AbortSignal) {
  const startedMs = performance.now();
  await conversations.open(backlog, messageBytes, () => Date.now());
  const opensASecond = (1_000 * backlog) / (performance.now() - startedMs);
  const flushed = await collect(flushers, () => true, { count: backlog, signal });
  // Without the first and the last tenth: the instances do not begin and end together.
  const atMs = flushed.map(([_due, _late, handledAtMs]) => handledAtMs).toSorted((a, b) => a - b);
  const [from, to] = [atMs[Math.floor(backlog * 0.1)]!, atMs[Math.floor(backlog * 0.9)]!];
  return { opensASecond, flushesASecond: (1_000 * 0.8 * backlog) / (to - from) };
}

interface Load {
  readonly evalsha: Evalsha;
  readonly conversations: Conversations;
  readonly flushers: Flushers;
  readonly opensASecond: number;
  readonly dueASecond: number;
  readonly signal: AbortSignal;
}

/** Has conversations fall due for some seconds; what is open beyond those falls due later. */
async function underLoad({ evalsha, conversations, flushers, opensASecond, dueASecond, signal }: Load) {
  const fallDue = Math.round(dueASecond * seconds);
  const firstMs = Date.now() + 1_000 + (1.3 * 1_000 * (open + fallDue)) / opensASecond;
  const dueAtMs = (number: number) => firstMs + (1_000 * number) / dueASecond;
  const usedBefore = await usedBytes(evalsha);
  await conversations.open(open, messageBytes, dueAtMs);
  const bytes = (await usedBytes(evalsha) - usedBefore) / open;
  await conversations.open(fallDue, messageBytes, (number) => dueAtMs(open + number));
  // Opening may have taken longer than thought: what fell due meanwhile met another load than this one.
  const fromMs = Math.max(firstMs, Date.now() + pollMs);
  const untilMs = firstMs + 1_000 * seconds;
  if (untilMs - fromMs < 500 * seconds) {
    return { bytes, flushed: "conversations were opened too slowly: others are at work on this machine" };
  }
  const count = await conversations.dueBetween(fromMs, untilMs);
  await rest(untilMs - Date.now(), signal);
  const within = ([dueAtMicros]: Flushed) => dueAtMicros >= fromMs * 1_000 && dueAtMicros <= untilMs * 1_000;
  return { bytes, flushed: await collect(flushers, within, { count, signal }) };
}

/** Asks until so many of them have been flushed. */
async function collect(
  flushers: Flushers,
  which: (flushed: Flushed) => boolean,
  { count, signal }: { readonly count: number; readonly signal: AbortSignal },
): Promise<readonly Flushed[]> {
  const flushed: Flushed[] = [];
  for (const endsAtMs = performance.now() + patienceMs; performance.now() < endsAtMs;) {
    flushed.push(...(await flushers.flushed()).filter(which));
    if (flushed.length >= count) return flushed;
    await rest(pollMs, signal);
  }
  throw new Error(`Cannot measure flushing: ${flushed.length} of ${count} conversations were flushed in time`);
}

async function usedBytes({ redis }: Evalsha): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info("memory"))?.[1]);
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, ms)));
  signal.throwIfAborted();
}

function whole(number: number): string {
  return Math.round(number).toLocaleString("en");
}
