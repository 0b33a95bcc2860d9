/**
 * The parts of the bench, in their order. A new one is a file that gives figures, and a line here.
 */

import { scenariosFolder } from "../cli/project.ts";
import { discoverScenarios } from "../engine/discover.ts";
import { obtainPrograms, type Programs } from "../platform/native/obtain.ts";
import { serviceUser } from "../platform/native/service_user.ts";
import { type NativeStack, startNative } from "../platform/native/stack.ts";
import { claims } from "./claims.ts";
import { effects } from "./effects.ts";
import type { Figure } from "./figure.ts";
import { flushing } from "./flushing.ts";
import { judging } from "./judging.ts";
import { limits } from "./limits.ts";
import { connector } from "./new_connections.ts";
import { plansASecond } from "./plans.ts";
import { pushes } from "./pushes.ts";
import { obtainRivals, type Rivals, rivalVersions } from "./rivals.ts";
import { type BenchStore, openStore } from "./store.ts";
import { tasks } from "./tasks.ts";

/** What a part may use: services that run, and a folder that it may write to. */
export interface Bench {
  readonly stack: NativeStack;
  readonly programs: Programs;
  readonly folder: string;
  readonly signal: AbortSignal;
  say(line: string): void;
  /** What is compared with, installed when first asked for; or why it is not here. */
  rivals(): Promise<Rivals | string>;
}

/** A part. Words of its name choose it: `deno task bench redis`. */
export interface Part {
  readonly name: string;
  measure(bench: Bench): Promise<readonly Figure[]>;
}

/** All of them. */
export const parts: readonly Part[] = [
  onPostgres("postgres dedupe claims", claims),
  onPostgres("postgres dedupe effects", effects),
  onRedis("redis debouncer pushes", async (url, { rivals, signal }) => pushes(url, await rivals(), signal)),
  onRedis("redis debouncer flushing", (url, { signal }) => flushing(url, signal)),
  onRedis("redis limiter calls", async (url, { rivals, signal }) => limits(url, await rivals(), signal)),
  onRedis("redis idempotency tasks", (url, { signal }) => tasks(url, signal)),
  { name: "plans", measure: plans },
  { name: "judging", measure: ({ folder, signal }) => judging(folder, signal) },
];

/** The parts whose names hold one of the words; all of them for no words. */
export function partsOf(words: readonly string[]): readonly Part[] {
  return words.length === 0 ? parts : parts.filter(({ name }) => words.some((word) => name.includes(word)));
}

/** Starts the services, measures the parts, and gives their figures with the versions of what took part. */
export async function measure(
  chosen: readonly Part[],
  { folder, signal, say }: Pick<Bench, "folder" | "signal" | "say">,
): Promise<{ figures: readonly Figure[]; versions: Readonly<Record<string, string>> }> {
  const programs = await obtainPrograms(await serviceUser(), { say, signal });
  await using stack = await startNative({ say, signal, programs });
  let asked: Promise<Rivals | string> | undefined;
  const rivals = () => asked ??= obtainRivals({ say, signal });
  const figures: Figure[] = [];
  for (const part of chosen) {
    say(`Measuring ${part.name}`);
    figures.push(...await part.measure({ stack, programs, folder, signal, say, rivals }));
  }
  return { figures, versions: { ...stack.versions, ...(typeof await asked === "object" && rivalVersions) } };
}

function onPostgres(
  name: string,
  measure: (store: BenchStore, signal: AbortSignal) => Promise<readonly Figure[]>,
): Part {
  return {
    name,
    async measure({ stack, signal }) {
      await using store = await openStore(stack.shared.url);
      return await measure(store, signal);
    },
  };
}

/** On a Redis of its own, which is empty. */
function onRedis(name: string, measure: (url: URL, bench: Bench) => Promise<readonly Figure[]>): Part {
  return {
    name,
    async measure(bench) {
      const { noRedis } = bench.stack;
      if (noRedis !== undefined) return [{ what: name, unit: "x", notMeasured: noRedis }];
      await using redis = await bench.stack.ownRedis();
      return await measure(redis.url, bench);
    },
  };
}

async function plans({ programs: { postgres }, stack, folder, signal, say }: Bench): Promise<readonly Figure[]> {
  const scenarios = await discoverScenarios(scenariosFolder);
  const connects = await connector({ postgres, url: stack.shared.url, folder, signal });
  return await plansASecond({ scenarios, connector: connects, signal, say });
}
