/**
 * Executes a plan: the only impure verb. Gives the history of what happened, and leaves nothing behind but the subject's
 * tables. What goes wrong on our own side becomes a `broken` entry and never a finding about the subject.
 */

import type { Entry } from "../core/history.ts";
import { formatVersion } from "../core/plan.ts";
import type { Plan } from "../core/plan.ts";
import type { AnyFault } from "../core/fault.ts";
import type { Lane, StartSpec } from "../core/lane.ts";
import type { Namespace, Subject } from "../core/subject.ts";
import { Clients } from "./client.ts";
import { Nemesis } from "./nemesis.ts";
import { pause, until, within } from "./pause.ts";
import { quiesce, readTruth } from "./quiesce.ts";
import { Recorder } from "./recorder.ts";
import { Sender } from "./sender.ts";

/** What the harness allows on top of a promise, for its own delays and those of a busy machine. */
export const graceMs = 500;

/** Postgres's code for a disk without room. No fault of ours does that, so it is our failure and no finding. */
const diskFull = "53100";
const noRoom = {
  type: "broken",
  reason: "the disk of the server is full (Postgres answered 53100); make room in the temporary folder (TMPDIR)",
} as const;

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
  const at = { step: "beginning" };
  try {
    const ended = await within(run(execution, recorder, at).then(() => true), runMsMax(execution), false);
    if (!ended) throw new Error(`the run did not end within ${runMsMax(execution)} ms: it was ${at.step}`);
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

/** What a run is doing, for the sentence about one that hangs. */
interface At {
  step: string;
}

async function run(execution: Execution, recorder: Recorder, at: At): Promise<void> {
  const { plan, subject, lane, prefix } = execution;
  at.step = "preparing the tables";
  const schema = await lane.schemaFor(subject);
  const namespace = { schema, prefix };
  const sink = lane.openSink({
    prefix,
    policy: subject.sink ?? "accept",
    record: (entry) => recorder.add({ type: "sink", ...entry }),
  });
  await lane.openRoads({
    record: (entry) => {
      recorder.put(entry);
      if (entry.type === "message" && entry.text === diskFull) recorder.add(noRoom);
    },
    now: recorder.now,
  });
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
    at.step = "starting the instances";
    await Promise.all(Array.from({ length: plan.instances }, (_, instance) => clients.start(instance)));
    at.step = "warming up";
    await warmUp(execution, clients);
    recorder.zero();
    await disturbAndSend(execution, { clients, recorder, at, namespace });
  } finally {
    at.step = "waiting for quiet";
    await quiesce({ clients, lane, recorder, instances: plan.instances });
    sink.close();
    at.step = "cleaning the roads";
    await lane.cleanRoads();
  }
  at.step = "reading the truth";
  await readTruth({ subject, lane, recorder, namespace });
}

/** Each warm-up is repeated until it is acknowledged: what time zero finds is an instance at work, not one that is still busy. */
async function warmUp({ plan, subject }: Execution, clients: Clients): Promise<void> {
  const endMs = performance.now() + subject.promises.convergesWithinMs;
  await Promise.all(plan.warmUp.map(async (operations, instance) => {
    let process = clients.newProcess();
    let sends = 0;
    for (const op of operations) {
      for (;;) {
        const { outcome } = await clients.invoke({ operation: `w${instance}.${++sends}`, process, instance, op });
        if (outcome === "ok" || performance.now() > endMs) break;
        if (outcome === "info") process = clients.newProcess();
        await pause(20, new AbortController().signal);
      }
    }
  }));
}

async function disturbAndSend(
  execution: Execution,
  run: { clients: Clients; recorder: Recorder; at: At; namespace: Namespace },
): Promise<void> {
  const { plan, subject, lane, faults } = execution;
  const { clients, recorder, at, namespace } = run;
  const sent = new AbortController();
  const stop = new AbortController();
  const sql = lane.sqlIn(namespace.schema);
  const nemesis = new Nemesis({
    plan,
    lane,
    sql,
    recorder,
    faults,
    settled: (o) => clients.settled(o),
    done: sent.signal,
  });
  const armed = nemesis.arm();
  recorder.add({ type: "phase", phase: "zero" });
  const sender = new Sender({ plan, clients, now: recorder.now, signal: stop.signal });
  const sending = sender.deliverAll().finally(() => sent.abort());
  // What has not struck until then never will; what is in place still ends in its own time.
  const horizon = setTimeout(() => sent.abort(), lastPlannedMs(plan) + subject.promises.convergesWithinMs);
  at.step = "disturbing";
  await armed.disturb().finally(() => clearTimeout(horizon));
  const healedMs = recorder.now();
  recorder.add({ type: "phase", phase: "healed" });
  at.step = "waiting for the sender";
  // From the last heal on, the subject has as long as it promised; the last attempt may begin just before and is waited for.
  await within(sending, subject.promises.convergesWithinMs + graceMs, undefined);
  const open = sender.open;
  stop.abort();
  await within(sending, subject.promises.answersWithinMs + 2 * graceMs, undefined);
  at.step = "waiting for what is pending";
  const leftMs = healedMs + subject.promises.convergesWithinMs + graceMs - recorder.now();
  await until(async () => (await subject.pending?.({ namespace, sql }) ?? []).length === 0, {
    deadlineMs: Math.max(0, leftMs),
    everyMs: 5,
    everyMsMax: 50,
  });
  recorder.add({
    type: "phase",
    phase: "sent",
    detail: open === 0 ? "all deliveries are over" : `${open} deliveries still open`,
  });
}

/** A run that takes longer hangs somewhere in the harness: everything in it has a shorter deadline of its own. */
function runMsMax({ plan, subject }: Execution): number {
  return 20_000 + lastPlannedMs(plan) + 2 * subject.promises.convergesWithinMs;
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
