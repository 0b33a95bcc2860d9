/**
 * Executes plans: the only impure verb. Gives the history of what happened, and leaves nothing behind but the subject's
 * tables. What goes wrong on our own side becomes a `broken` entry and never a finding about the subject.
 *
 * Plans of one series are executed one after the other on the same instances. None of them is over before the series is:
 * only then all instances have stopped, and the truth is read.
 */

import type { AnyFault } from "../core/fault.ts";
import type { Entry } from "../core/history.ts";
import type { Lane } from "../core/lane.ts";
import { formatVersion } from "../core/plan.ts";
import type { Plan } from "../core/plan.ts";
import type { Subject } from "../core/subject.ts";
import { graceMs, Ground, type Run } from "./ground.ts";
import { Mark } from "./mark.ts";
import { Nemesis } from "./nemesis.ts";
import { pause, until, within } from "./pause.ts";
import { truthOf } from "./quiesce.ts";
import { Recorder } from "./recorder.ts";
import { Sender } from "./sender.ts";

/** All that executions share. */
export interface Setting {
  readonly subject: Subject;
  /** Those that the scenario lists, by name. */
  readonly faults: ReadonlyMap<string, AnyFault>;
  readonly lane: Lane;
  /** Unique in the session and short: the prefix of all keys. */
  readonly prefix: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Gives the recorder to whoever has something to say during the run (the observer). */
  listen?(recorder: Recorder): () => void;
}

/** Executes a plan once. Never rejects. */
export async function execute({ plan, ...setting }: Setting & { readonly plan: Plan }): Promise<readonly Entry[]> {
  return (await executeSeries([plan], setting))[0]!;
}

/**
 * Executes plans one after the other on the same instances. Gives a history for each, from the first on; fewer than there are
 * plans if after one of them the instances could not go on. Never rejects.
 */
export async function executeSeries(plans: readonly Plan[], setting: Setting): Promise<(readonly Entry[])[]> {
  const ground = new Ground(setting);
  const runs: Run[] = [];
  for (const [index, plan] of plans.entries()) {
    const mark = plans.length === 1 ? new Mark() : new Mark(index);
    const run: Run = { plan, mark, recorder: new Recorder(), step: "beginning" };
    run.recorder.add(runEntry(plan, setting, index));
    runs.push(run);
    const next = plans[index + 1];
    const goesOn = await inTime([run], runMsMax(plan, setting.subject), setting, async () => {
      const started = await ground.turn(run);
      run.step = "warming up";
      if (started) await warmUp(run, ground);
      run.recorder.zero();
      // Nothing has been disturbed yet: what does not start by itself cannot be tried.
      if (!started && plan.deliveries.length > 0) return false;
      await disturbAndSend(run, ground, setting.faults);
      return next !== undefined && await ground.settle(run, next);
    });
    run.recorder.rest();
    if (!goesOn) break;
  }
  for (const { recorder } of runs) recorder.wake();
  await inTime(runs, endMsMax, setting, () => ground.end());
  return runs.map(({ recorder }) => {
    recorder.close();
    recorder.add({ type: "phase", phase: "end" });
    return recorder.entries;
  });
}

/** A series that takes longer to end hangs somewhere in the harness. */
const endMsMax = 40_000;

function runEntry(plan: Plan, { subject, versions }: Setting, after: number) {
  const { scenario, identity } = plan;
  const { promises, name } = subject;
  return {
    ...{ type: "run", formatVersion, scenario, identity, subject: name, promises, graceMs, versions } as const,
    ...(after === 0 ? {} : { after }),
  };
}

/** Does the work, observed and not for ever. What the harness itself fails at is said in the histories; undefined then. */
async function inTime<T>(
  runs: readonly Run[],
  msMax: number,
  { listen }: Setting,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const unlisten = runs.map(({ recorder }) => listen?.(recorder));
  try {
    const ended = await within(work().then((value) => ({ value })), msMax, undefined);
    if (!ended) throw new Error(`the run did not end within ${msMax} ms: it was ${runs[0]?.step}`);
    return ended.value;
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    for (const { recorder } of runs) recorder.add({ type: "broken", reason });
    return undefined;
  } finally {
    for (const end of unlisten) end?.();
  }
}

/** Each warm-up is repeated until it is acknowledged: what time zero finds is an instance at work, not one that is still busy. */
async function warmUp({ plan }: Run, { subject, clients }: Ground): Promise<void> {
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

async function disturbAndSend(run: Run, ground: Ground, faults: Setting["faults"]): Promise<void> {
  const { subject, lane, clients, namespace } = ground;
  const { plan, recorder, mark } = run;
  const sent = new AbortController();
  const stop = new AbortController();
  const truth = truthOf(lane, namespace);
  const nemesis = new Nemesis({
    plan,
    lane,
    truth,
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
  run.step = "disturbing";
  await armed.disturb().finally(() => clearTimeout(horizon));
  const healedMs = recorder.now();
  recorder.add({ type: "phase", phase: "healed" });
  run.step = "waiting for the sender";
  // From the last heal on, the subject has as long as it promised; the last attempt may begin just before and is waited for.
  await within(sending, subject.promises.convergesWithinMs + graceMs, undefined);
  const open = sender.open;
  stop.abort();
  await within(sending, subject.promises.answersWithinMs + 2 * graceMs, undefined);
  run.step = "waiting for what is pending";
  const leftMs = healedMs + subject.promises.convergesWithinMs + graceMs - recorder.now();
  const pending = async () => (await subject.pending?.(truth) ?? []).some(({ key }) => mark.owns(key));
  await until(async () => !await pending(), {
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
function runMsMax(plan: Plan, subject: Subject): number {
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
