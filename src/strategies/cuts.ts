/**
 * `cuts`: proof by exhaustion that no single lost, late or simultaneous message matters. Learns the conversation of an
 * operation from an undisturbed run, then gives one plan for every place where it can be disturbed.
 *
 * Each plan: the operation is disturbed at its place, the sender resends until acknowledged, and once more after that.
 */

import type { AnyFault } from "../core/fault.ts";
import { describePlace } from "../core/place.ts";
import { formatVersion } from "../core/plan.ts";
import type { Delivery, Operation, Plan } from "../core/plan.ts";
import type { EveryPlace, NamedScenario } from "../core/scenario.ts";
import { derivedSeed, shardOf } from "../core/seed.ts";
import type { Budget, Judged, PlannedPlace, Progress, Strategy } from "../core/strategy.ts";
import { conversationOf, type Spoken } from "./conversation.ts";
import { cutBefore, disturbancesOf, endingWith } from "./disturbances.ts";
import { sideBySide } from "./side_by_side.ts";

/** One plan with the place that it disturbs, by all of its names. */
export interface Placed {
  readonly plan: Plan;
  readonly places: readonly PlannedPlace[];
}

/** How long a message is stalled: longer than every lease and timeout of the subject. */
export function stallMsOf(
  plans: EveryPlace<Operation>,
  promises: { answersWithinMs: number; leaseMs?: number },
): number {
  return plans.stallMs ?? Math.round(1.25 * Math.max(promises.answersWithinMs, promises.leaseMs ?? 0) + 50);
}

/** The plan of an operation that nothing disturbs; all others are made from it. */
export function undisturbed(named: NamedScenario, conversation: "new" | "open", seed: number): Plan {
  const plans = named.scenario.plans as EveryPlace<Operation>;
  const instances = named.scenario.instances ?? 3;
  const op = plans.operation;
  const last = instances - 1;
  const resendAfterMs = [0, 2, 4, 8, 15, 25];
  const deliveries: Delivery[] = [
    { id: "d1", op, starts: { atMs: 0 }, route: [0, Math.min(1, last), 0], resendAfterMs },
    { id: "d2", op, starts: { afterAckOf: "d1", afterMs: 0 }, route: [Math.min(1, last), last], resendAfterMs },
  ];
  const { before = [], after = [] } = plans;
  const opened = conversation === "open" ? warmUpOf(plans, 0) : [];
  // The disturbed instance opens its connections alone: opening them is most of what a plan costs.
  const warmUp: Operation[][] = before.length === 0 ? [opened] : Array.from({ length: instances }, () => []);
  warmUp[0] = opened;
  if (before.length > 0) warmUp[last] = [...before, ...warmUp[last]!];
  return {
    formatVersion,
    scenario: named.path,
    identity: `${conversation} connection, undisturbed`,
    seed: derivedSeed(seed, `${named.path} ${conversation}`),
    instances,
    warmUp: warmUp.every((ops) => ops.length === 0) ? [] : warmUp,
    ...(named.scenario.clocksMs ? { clocksMs: named.scenario.clocksMs } : {}),
    deliveries: [...deliveries, ...endingWith(after, deliveries.at(-1)!, instances)],
    faults: [],
    cuts: [],
    holds: [],
    choices: [],
  };
}

/** What opens the connections of an instance. */
function warmUpOf({ openedBy, operation }: EveryPlace<Operation>, instance: number): Operation[] {
  if (!openedBy) return [{ ...operation, key: `warm${instance}` }];
  return openedBy.map((op) => ({ ...op, key: op.key.replace(/^warm/, `warm${instance}`) }));
}

/** Every plan for a learned conversation. */
export function plansFor(
  named: NamedScenario,
  base: Plan,
  learned: { conversation: "new" | "open"; history: Judged["history"] },
  depth: Budget["depth"],
): readonly Placed[] {
  const plans = named.scenario.plans as EveryPlace<Operation>;
  const { services, before = [], after = [] } = plans;
  const spoken = conversationOf(learned.history, "d1.1").filter(({ place }) =>
    services?.includes(place.service) ?? true
  );
  const stallMs = stallMsOf(plans, named.scenario.subject.promises);
  return plans.disturb.flatMap((how) =>
    disturbancesOf(how, spoken, {
      ...{ base, depth, stallMs, before, after },
      opened: (instance) => learned.conversation === "open" ? warmUpOf(plans, instance) : [],
    }).map(({ plan, disturbance, message, before }) => {
      const conversation = `${learned.conversation} connection`;
      const identity = `${conversation}, ${disturbance} ${describePlace(message.place)}`;
      const placed = ({ place, text }: Spoken, disturbance: string): PlannedPlace => {
        return { identity, conversation, message: describePlace(place), text, disturbance };
      };
      return {
        plan: { ...base, ...plan, identity },
        places: [placed(message, disturbance), ...(before ? [placed(before, cutBefore)] : [])],
      };
    })
  );
}

/** The names of the faults of a scenario by cuts. */
export function faultsOf(plans: EveryPlace<Operation>): readonly AnyFault[] {
  return plans.disturb.filter((how) => typeof how !== "string");
}

/**
 * So many places are visited one after the other on the same instances: starts and connections are most of what a plan costs.
 * What has to be caught is caught by a run alone.
 */
function seriesMax({ kind }: NamedScenario["scenario"]): number {
  return kind === "claim" ? 8 : 1;
}

/** The strategy. */
export const cuts: Strategy = {
  name: "cuts",
  seriesMax,
  async *search(named, budget, attempt, progress) {
    const connections = (named.scenario.plans as EveryPlace<Operation>).connections ?? ["open", "new"];
    const all = await Promise.all(connections.map((conversation) => learn(named, conversation, budget, attempt)));
    for (const { heard } of all) yield* heard;
    const placed: Placed[] = [];
    for (const { conversation, base, heard } of all) {
      const learned = twice(heard.filter(smooth)) ?? twice(heard);
      if (!learned) return progress.interrupted(`its conversation could not be learned: ${notLearned(heard)}`);
      placed.push(...plansFor(named, base, { conversation, history: learned.history }, budget.depth));
    }
    const ours = placed.filter(({ plan }) => shardOf(plan.identity, budget.shard.of) === budget.shard.index);
    for (const place of ours.flatMap(({ places }) => places)) progress.planned(place);
    // What must be caught is looked for where most is at stake. What must hold is visited all over, what waits beside what computes.
    const isClaim = named.scenario.kind === "claim";
    // Twice as many as run at once: whoever gets a lane finds as many waiting as he takes along.
    const atOnce = isClaim ? 2 * budget.lanes * seriesMax(named.scenario) : Math.min(budget.lanes, 3);
    yield* visit(
      isClaim ? stallsAmong(ours) : soonest(ours, isInside),
      { ...budget, lanes: atOnce },
      attempt,
      progress,
    );
  },
};

/** A conversation, and the undisturbed runs that it was learned from. */
interface Learned {
  readonly conversation: "new" | "open";
  readonly base: Plan;
  readonly heard: readonly Judged[];
}

/** Twice at once: on a busy machine a run may leave its usual way, and what is learned has to be what is met again. */
async function learn(
  named: NamedScenario,
  conversation: "new" | "open",
  { seed, signal }: Budget,
  attempt: (plan: Plan) => Promise<Judged>,
): Promise<Learned> {
  const base = undisturbed(named, conversation, seed);
  const heard: Judged[] = [];
  while (heard.length < learnsMax && !twice(heard.filter(smooth)) && !signal.aborted) {
    heard.push(...await Promise.all([attempt(base), attempt(base)]));
  }
  return { conversation, base, heard };
}

/** Those that hold a message for long wait and do not compute: each has others beside it, and the end belongs to those. */
export function stallsAmong(items: readonly Placed[]): readonly Placed[] {
  const stalls = items.filter(({ plan }) => plan.holds.some(({ kind }) => kind === "stall"));
  const others = items.filter((item) => !stalls.includes(item));
  const placed = [
    ...stalls.map((item, i) => ({ item, at: 0.75 * i / stalls.length })),
    ...others.map((item, i) => ({ item, at: i / others.length })),
  ];
  return placed.sort((a, b) => a.at - b.at).map(({ item }) => item);
}

/** At most so many undisturbed runs, until two smooth ones have had the same conversation. */
const learnsMax = 10;

/** The first of two valid runs in which the operation went over the same messages. */
export function twice(heard: readonly Judged[]): Judged | undefined {
  const met = new Map<string, Judged>();
  for (const judged of heard) {
    if (judged.void) continue;
    const messages = JSON.stringify(conversationOf(judged.history, "d1.1").map(({ place }) => place));
    const before = met.get(messages);
    if (before) return before;
    met.set(messages, judged);
  }
  return undefined;
}

/** Everything was acknowledged when it was first sent: nothing ran out of time and went another way. */
export function smooth({ history }: Judged): boolean {
  return !history.some(({ type }) => type === "info" || type === "fail");
}

function notLearned(heard: readonly Judged[]): string {
  const reason = heard.find((judged) => judged.void)?.void;
  return reason ?? `it was another one in each of ${heard.length} undisturbed runs`;
}

/** The last three that are `preferred`, from the end; then all over the conversation at once. */
export function soonest<Item>(items: readonly Item[], preferred: (item: Item) => boolean): readonly Item[] {
  const atEnd = items.filter(preferred).slice(-3).reverse();
  return [...atEnd, ...spread(items.filter((item) => !atEnd.includes(item)))];
}

/** Where the last request or its answer is lost, if it is near the end. */
function isInside({ places }: Placed): boolean {
  return places[0]!.disturbance === "cut inside";
}

/** The same items, each halfway between earlier ones (van der Corput's order), so that any stretch of them is met soon. */
export function spread<Item>(items: readonly Item[]): readonly Item[] {
  const bits = Math.ceil(Math.log2(Math.max(2, items.length)));
  const reversed = (i: number) => parseInt(i.toString(2).padStart(bits, "0").split("").reverse().join(""), 2);
  return Array.from({ length: 2 ** bits }, (_, i) => items[reversed(i)]).filter((item) => item !== undefined);
}

async function* visit(
  ours: readonly Placed[],
  budget: Budget,
  attempt: (plan: Plan) => Promise<Judged>,
  progress: Progress,
): AsyncGenerator<Judged> {
  let done = 0;
  const going = () => budget.now() < budget.untilMs && !budget.signal.aborted;
  for await (const judged of sideBySide(ours, { lanes: budget.lanes, going, work: ({ plan }) => attempt(plan) })) {
    done++;
    yield judged;
  }
  if (done < ours.length) progress.interrupted(`${done} of ${ours.length} places were visited before the time was up`);
}
