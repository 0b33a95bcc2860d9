/**
 * The ground of a series of runs: sink, roads and instances on one lane, opened for the first run and closed after the last.
 * Between two runs it is put in order: what is not certain to be at rest is stopped, and started again for the next.
 */

import type { Lane, StartSpec } from "../core/lane.ts";
import { disturbs, type Plan } from "../core/plan.ts";
import type { Namespace, Subject } from "../core/subject.ts";
import { Clients } from "./client.ts";
import { Mark } from "./mark.ts";
import { until } from "./pause.ts";
import { quiesce, readTruth, stop } from "./quiesce.ts";
import type { Recorder } from "./recorder.ts";

/** What the harness allows on top of a promise, for its own delays and those of a busy machine. */
export const graceMs = 500;

/** So long the roads of an instance may take to come to rest before it is stopped, and to drain once it is. */
const restMsMax = 30;
const drainMsMax = 1_000;

/** Postgres's code for a disk without room. No fault of ours does that, so it is our failure and no finding. */
const diskFull = "53100";
const noRoom = {
  type: "broken",
  reason: "the disk of the server is full (Postgres answered 53100); make room in the temporary folder (TMPDIR)",
} as const;

/** One run on the ground. */
export interface Run {
  readonly plan: Plan;
  readonly recorder: Recorder;
  readonly mark: Mark;
  /** What it is doing, for the sentence about one that hangs. */
  step: string;
}

/** What a ground is made of. */
export interface GroundOptions {
  readonly subject: Subject;
  readonly lane: Lane;
  /** Unique in the session and short: the prefix of all keys of the series. */
  readonly prefix: string;
}

/** Sink, roads and instances of a series. */
export class Ground {
  readonly subject: Subject;
  readonly lane: Lane;
  readonly clients: Clients;
  readonly #runs: Run[] = [];
  #namespace: Namespace;
  #sink: { readonly url: string; close(): void } | undefined;
  #instances = 0;

  constructor({ subject, lane, prefix }: GroundOptions) {
    this.subject = subject;
    this.lane = lane;
    this.#namespace = { schema: "", prefix };
    this.clients = new Clients({
      lane,
      promises: subject.promises,
      graceMs,
      specOf: (instance) => this.#specOf(instance),
    });
  }

  /** The part of the stores that belongs to the series. */
  get namespace(): Namespace {
    return this.#namespace;
  }

  /** A run takes its turn: all its instances run. False if one did not start. */
  async turn(run: Run): Promise<boolean> {
    this.#runs.push(run);
    this.clients.turn(run);
    await this.#openOrTurn(run);
    run.step = "starting the instances";
    this.#instances = Math.max(this.#instances, run.plan.instances);
    const ready = Array.from({ length: run.plan.instances }, (_, instance) => this.#ready(run, instance));
    return (await Promise.all(ready)).every((started) => started);
  }

  /**
   * True if all is at rest and the next plan may follow on the same instances. Those that it needs new end here already, so
   * that what they leave behind is told of the run that made it.
   */
  async settle(run: Run, next: Plan): Promise<boolean> {
    run.step = "coming to rest";
    await this.lane.cleanRoads();
    const rests = Array.from({ length: run.plan.instances }, async (_, instance) => {
      const rested = !mustBeNew(next, instance) && !this.clients.isLate(instance) && this.clients.at(instance)?.alive &&
        await until(() => this.#rests(instance), { deadlineMs: restMsMax, everyMs: 1 });
      return rested || await this.#stop(instance);
    });
    return (await Promise.all(rests)).every((rested) => rested);
  }

  /** Waits for quiet, and reads the truth: once for all runs. */
  async end(): Promise<void> {
    const { lane, clients, subject } = this;
    const all = {
      add: (entry: Parameters<Recorder["add"]>[0]) => this.#runs.forEach((run) => run.recorder.add(entry)),
    };
    const say = (step: string) => this.#runs.forEach((run) => run.step = step);
    say("waiting for quiet");
    clients.hear(all);
    await quiesce({ clients, lane, recorder: all, instances: this.#instances });
    this.#sink?.close();
    say("cleaning the roads");
    await lane.cleanRoads();
    say("reading the truth");
    if (this.#namespace.schema !== "") await readTruth({ subject, lane, runs: this.#runs, namespace: this.#namespace });
  }

  async #openOrTurn(run: Run): Promise<void> {
    const { lane, subject } = this;
    const { recorder } = run;
    const roads: Parameters<Lane["openRoads"]>[0] = {
      record: (entry) => {
        recorder.put(entry);
        if (entry.type === "message" && entry.text === diskFull) recorder.add(noRoom);
      },
      now: recorder.now,
    };
    if (this.#sink) return lane.turnRoads(roads);
    run.step = "preparing the tables";
    this.#namespace = { ...this.#namespace, schema: await lane.schemaFor(subject) };
    this.#sink = lane.openSink({
      prefix: this.#namespace.prefix,
      policy: subject.sink ?? "accept",
      record: (entry) => {
        const { recorder, mark } = this.#runs.findLast(({ mark }) => mark.made({ key: "", ...entry })) ?? run;
        recorder.add({ type: "sink", ...mark.off(entry) });
      },
    });
    await lane.openRoads(roads);
  }

  async #ready(run: Run, instance: number): Promise<boolean> {
    if (!this.clients.at(instance)?.alive) return await this.clients.start(instance);
    const detail = "for an earlier run of the series";
    run.recorder.add({ type: "instance", instance, event: "started", detail });
    return true;
  }

  /** No request unanswered, no transaction open, no end outstanding. */
  #rests(instance: number): boolean {
    return this.#connections(instance).every(({ idle, clientOpen, serverOpen }) => idle && clientOpen && serverOpen);
  }

  /** Ends an instance and waits until its roads have drained. False if either fails: then nothing may follow. */
  async #stop(instance: number): Promise<boolean> {
    const stopped = await stop(this, instance);
    const drained = await until(() => this.#connections(instance).length === 0, { deadlineMs: drainMsMax, everyMs: 1 });
    return stopped && drained;
  }

  #connections(instance: number) {
    return this.lane.roads.filter((road) => road.instance === instance).flatMap((road) => road.connections());
  }

  #specOf(instance: number): StartSpec {
    const { subject, lane } = this;
    return {
      instance,
      host: subject.host,
      namespace: this.#namespace,
      options: { ...subject.options, promises: subject.promises },
      urls: Object.fromEntries(lane.roads.filter((r) => r.instance === instance).map((r) => [r.service, r.url.href])),
      sink: this.#sink!.url,
      clockOffsetMs: this.#runs.at(-1)?.plan.clocksMs?.[instance] ?? 0,
    };
  }
}

/** A conversation on a new connection can only be learned and disturbed where none is open yet: at an instance that nothing warmed. */
function mustBeNew(plan: Plan, instance: number): boolean {
  if ((plan.warmUp[instance] ?? []).length > 0) return false;
  if (!disturbs(plan)) return true;
  const met = [
    ...plan.cuts.map((cut) => cut.instance === instance),
    ...plan.holds.map((hold) => hold.kind === "barrier" ? instance in hold.operations : hold.instance === instance),
    ...plan.faults.map((fault) => fault.instance === "all" || fault.instance === instance),
  ];
  return met.includes(true);
}
