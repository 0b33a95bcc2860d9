/**
 * Executes a plan: the only impure verb. Gives the history of what happened, and leaves nothing behind but the subject's
 * tables. What goes wrong on our own side becomes a `broken` entry and never a finding about the subject.
 */

import type { Entry } from "../core/history.ts";
import { formatVersion } from "../core/plan.ts";
import type { Plan } from "../core/plan.ts";
import type { AnyFault } from "../core/fault.ts";
import type { Lane, StartSpec } from "../core/lane.ts";
import type { Subject } from "../core/subject.ts";
import { Clients } from "./client.ts";
import { Nemesis } from "./nemesis.ts";
import { within } from "./pause.ts";
import { quiesce, readTruth } from "./quiesce.ts";
import { Recorder } from "./recorder.ts";
import { Sender } from "./sender.ts";

/** What the harness allows on top of a promise, for its own delays and those of a busy machine. */
export const graceMs = 500;

/** All that one execution needs. */
export interface Execution {
  readonly plan: Plan;
  readonly subject: Subject;
  /** Those that the scenario lists, by name. */
  readonly faults: ReadonlyMap<string, AnyFault>;
  readonly lane: Lane;
  /** Unique in the session and short: the prefix of this run's keys. */
  readonly prefix: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Gives the recorder to whoever has something to say during the run (the observer). Called once. */
  listen?(recorder: Recorder): () => void;
}

/** Executes a plan once. Never rejects. */
export async function execute(execution: Execution): Promise<readonly Entry[]> {
  const { plan, subject } = execution;
  const recorder = new Recorder();
  recorder.add({
    type: "run",
    formatVersion,
    scenario: plan.scenario,
    identity: plan.identity,
    subject: subject.name,
    promises: subject.promises,
    graceMs,
    versions: execution.versions,
  });
  const unlisten = execution.listen?.(recorder);
  try {
    await run(execution, recorder);
  } catch (cause) {
    // The harness itself failed: said in the history, for the run is ours and the verdict must not be about the subject.
    recorder.add({
      type: "broken",
      reason: cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause),
    });
  } finally {
    unlisten?.();
  }
  recorder.close();
  recorder.add({ type: "phase", phase: "end" });
  return recorder.entries;
}

async function run(execution: Execution, recorder: Recorder): Promise<void> {
  const { plan, subject, lane, prefix } = execution;
  const schema = await lane.schemaFor(subject);
  const namespace = { schema, prefix };
  const sink = lane.openSink({
    prefix,
    policy: subject.sink ?? "accept",
    record: (entry) => recorder.add({ type: "sink", ...entry }),
  });
  await lane.openRoads({ record: (entry) => recorder.put(entry), now: recorder.now });
  const specOf = (instance: number): StartSpec => ({
    instance,
    host: subject.host,
    namespace,
    options: { ...subject.options, promises: subject.promises },
    urls: Object.fromEntries(lane.roads.filter((r) => r.instance === instance).map((r) => [r.service, r.url.href])),
    sink: sink.url,
  });
  const clients = new Clients({ lane, recorder, promises: subject.promises, graceMs, specOf });
  try {
    await Promise.all(Array.from({ length: plan.instances }, (_, instance) => clients.start(instance)));
    await warmUp(plan, clients);
    recorder.zero();
    await disturbAndSend(execution, clients, recorder);
  } finally {
    await quiesce({ clients, lane, recorder, instances: plan.instances });
    sink.close();
    await lane.cleanRoads();
  }
  await readTruth({ subject, lane, recorder, namespace });
}

async function warmUp(plan: Plan, clients: Clients): Promise<void> {
  await Promise.all(plan.warmUp.map(async (operations, instance) => {
    const process = clients.newProcess();
    for (const [i, op] of operations.entries()) {
      await clients.invoke({ operation: `w${instance}.${i + 1}`, process, instance, op });
    }
  }));
}

async function disturbAndSend(execution: Execution, clients: Clients, recorder: Recorder): Promise<void> {
  const { plan, subject, lane, faults } = execution;
  const sent = new AbortController();
  const stop = new AbortController();
  const nemesis = new Nemesis({ plan, lane, recorder, faults, settled: (o) => clients.settled(o), done: sent.signal });
  const armed = nemesis.arm();
  recorder.add({ type: "phase", phase: "zero" });
  const sender = new Sender({ plan, clients, now: recorder.now, signal: stop.signal });
  const sending = sender.deliverAll().finally(() => sent.abort());
  // What has not struck until then never will; what is in place still ends in its own time.
  const horizon = setTimeout(() => sent.abort(), lastPlannedMs(plan) + subject.promises.convergesWithinMs);
  await armed.disturb().finally(() => clearTimeout(horizon));
  recorder.add({ type: "phase", phase: "healed" });
  // From the last heal on, the subject has as long as it promised; the last attempt may begin just before and is waited for.
  await within(sending, subject.promises.convergesWithinMs + graceMs, undefined);
  const open = sender.open;
  stop.abort();
  await within(sending, subject.promises.answersWithinMs + 2 * graceMs, undefined);
  recorder.add({
    type: "phase",
    phase: "sent",
    detail: open === 0 ? "all deliveries are over" : `${open} deliveries still open`,
  });
}

/** When the last thing that the plan gives a time to is over. */
function lastPlannedMs(plan: Plan): number {
  const times = [
    ...plan.deliveries.map((d) => "atMs" in d.starts ? d.starts.atMs : d.starts.afterMs),
    ...plan.faults.map((f) => ("atMs" in f.strikes ? f.strikes.atMs : 0) + f.strikes.forMs),
    ...plan.holds.map((h) => h.kind === "stall" ? h.forMs : h.atMostMs),
  ];
  return Math.max(0, ...times);
}
