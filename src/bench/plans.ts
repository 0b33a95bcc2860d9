/**
 * Plans a second by strategy and number of lanes, executed, retried and judged as a session does it, on real services and
 * three instances a lane. `cuts`: batch mode, whose operation is one statement, each place of its conversation on an open
 * connection cut; against the bare rate of new connections with as many clients as lanes. `sample`: batch mode too; how long
 * its faults last is drawn and no matter of speed, so that nothing is to be reached there.
 */

import { type OpenWorld, openWorld } from "../cli/world.ts";
import type { NamedScenario } from "../core/scenario.ts";
import type { Strategy } from "../core/strategy.ts";
import { Attempts } from "../engine/attempts.ts";
import { Tally } from "../engine/tally.ts";
import { cuts } from "../strategies/cuts.ts";
import { sample } from "../strategies/sample.ts";
import type { Figure } from "./figure.ts";
import type { Connector } from "./new_connections.ts";
import { compare, type Side } from "./in_rounds.ts";

const lanesOf = [1, 2, 4];
const rounds = 3;
const roundMsMax = 3_000;
const seed = 1;

/** What it needs: all scenarios of the project, and something that connects. */
export interface PlansOptions {
  readonly scenarios: readonly NamedScenario[];
  readonly connector: Connector;
  readonly signal: AbortSignal;
  say(line: string): void;
}

/** Measures both strategies on a world that it opens and closes. */
export async function plansASecond({ scenarios, connector, signal, say }: PlansOptions): Promise<Figure[]> {
  const everyPlace = named(scenarios, "dedupe/batch_holds_at_every_place");
  const burst = named(scenarios, "dedupe/batch_holds_under_faults_in_a_burst");
  const { plans } = everyPlace.scenario;
  const cut = { ...everyPlace.scenario, plans: { ...plans, disturb: ["cut"], connections: ["open"] } };
  const onlyCuts = { path: "bench/batch_cut_at_every_place", scenario: cut } as NamedScenario;
  const figures: Figure[] = [];
  for (const lanes of lanesOf) {
    await using world = await openWorld({
      stack: "native",
      host: "process",
      lanes,
      ownLanes: 1,
      instances: 3,
      signal,
      services: ["postgres"],
      hosts: [],
      say,
    });
    const side = (scenario: NamedScenario, strategy: Strategy) =>
      searched({ scenario, strategy, lanes, world, signal });
    const ours = side(onlyCuts, cuts);
    await ours(); // opens all lanes
    const compared = await compare({ ours, bare: connector.rate(lanes) }, { rounds, signal });
    figures.push({
      what: `cut plans a second, ${lanesInWords(lanes)}`,
      value: compared.ours,
      unit: "/s",
      target: { at: "least", value: 50 },
      how: "one Postgres operation a plan, three instances, retry and check included",
    }, {
      what: `cut plans / new connections, ${lanesInWords(lanes)}`,
      unit: "x",
      ...compared.ratio,
      target: { at: "least", value: 0.3 },
      how: `${Math.round(compared.bare)} connections a second by ${connector.name}, ${lanes} at a time`,
    });
    const rate = await side(burst, sample)();
    figures.push({ what: `sampled plans a second, ${lanesInWords(lanes)}`, value: rate, unit: "/s" });
  }
  return figures;
}

interface Searched {
  readonly scenario: NamedScenario;
  readonly strategy: Strategy;
  readonly lanes: number;
  readonly world: OpenWorld;
  readonly signal: AbortSignal;
}

/** Searches once, for a bounded time. The clock starts with the first result, which may be that of learning. */
function searched({ scenario, strategy, lanes, world, signal }: Searched): Side {
  return async () => {
    const tally = new Tally(scenario);
    const shared = {
      lanes: world.lanes,
      folder: undefined,
      versions: world.versions,
      newPrefix: world.newPrefix,
      listen: world.listen,
      room: { bytesLeft: 0, runsDropped: 0 },
    };
    const attempts = new Attempts(scenario, 0, tally, shared, strategy.seriesMax(scenario.scenario));
    const untilMs = performance.now() + roundMsMax;
    const shard = { index: 0, of: 1 };
    const budget = { depth: "quick", untilMs, seed, lanes, shard, signal, now: () => performance.now() } as const;
    const atMs: number[] = [];
    // All places of a conversation are soon visited; a rate needs more.
    while (performance.now() < untilMs && !signal.aborted) {
      for await (const judged of strategy.search(scenario, budget, (plan, how) => attempts.attempt(plan, how), tally)) {
        atMs.push(performance.now());
        const violated = Object.entries(judged.verdicts).find(([, { verdict }]) => verdict === "violated");
        if (violated) throw new Error(`Cannot measure: ${judged.plan.identity} violated ${violated[0]}`);
        if (tally.broken !== undefined) throw new Error(`Cannot measure: ${tally.broken}`);
      }
    }
    signal.throwIfAborted();
    if (atMs.length < 2) throw new Error(`Cannot measure "${scenario.path}": ${tally.interruptedBy ?? "no plans"}`);
    return 1_000 * (atMs.length - 1) / (atMs.at(-1)! - atMs[0]!);
  };
}

function named(scenarios: readonly NamedScenario[], path: string): NamedScenario {
  const found = scenarios.find((scenario) => scenario.path === path);
  if (!found) throw new Error(`Cannot measure plans: there is no scenario "${path}" any more`);
  return found;
}

function lanesInWords(lanes: number): string {
  return lanes === 1 ? "1 lane" : `${lanes} lanes`;
}
