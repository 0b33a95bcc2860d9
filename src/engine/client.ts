/**
 * The client: one operation of one process, from its invocation to its outcome. A process is sequential by construction,
 * and retires after an info; the sender then goes on with another.
 */

import type { InstanceListener, Lane, Reply, Road, RunningInstance, StartSpec } from "../core/lane.ts";
import type { Operation } from "../core/plan.ts";
import type { Promises } from "../core/subject.ts";
import { Mark } from "./mark.ts";
import type { Recorder } from "./recorder.ts";

/** Most times that a dead instance is started again in one run, as a supervisor would. */
const revivalsMax = 30;

/** How long a subject may take to start. Generous: it says nothing about the subject's promises. */
export const startDeadlineMs = 15_000;

/** A run as its clients see it: where its history goes, and how its keys are told from those of other runs. */
export interface Turn {
  readonly recorder: Pick<Recorder, "add">;
  readonly mark: Mark;
}

/** What all clients of a series share. */
export interface ClientOptions {
  readonly lane: Lane;
  readonly promises: Promises;
  readonly graceMs: number;
  specOf(instance: number): StartSpec;
}

/** The instances of a series of runs, and the processes that ask them. */
export class Clients {
  readonly #options: ClientOptions;
  readonly #instances: (RunningInstance | undefined)[] = [];
  readonly #starting: (Promise<boolean> | undefined)[] = [];
  readonly #roads: Map<number, Road[]>;
  readonly #settled = new Set<string>();
  /** Instances that may still be at work on something that nobody waits for any more. */
  readonly #late = new Set<number>();
  readonly #turns: Turn[] = [];
  #turn: Turn = { recorder: { add: () => undefined }, mark: new Mark() };
  #processes = 0;
  #revivals = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#roads = Map.groupBy(options.lane.roads, (road) => road.instance);
  }

  /** A run begins: processes count from 0, and what instances say goes to its recorder. */
  turn(turn: Turn): void {
    this.#turn = turn;
    this.#turns.push(turn);
    this.#settled.clear();
    this.#late.clear();
    this.#processes = 0;
    this.#revivals = 0;
  }

  /** What instances say from now on, unless it is about an operation, goes here. */
  hear(recorder: Turn["recorder"]): void {
    this.#turn = { recorder, mark: this.#turn.mark };
  }

  /** A number for a further sequential process. */
  newProcess(): number {
    return this.#processes++;
  }

  /** Starts an instance, or waits for its start under way. Gives false if it could not be started. */
  start(instance: number): Promise<boolean> {
    return this.#starting[instance] ??= this.#start(instance).finally(() => this.#starting[instance] = undefined);
  }

  /** Whether this instance may still be at work on something that nobody waits for any more. */
  isLate(instance: number): boolean {
    return this.#late.has(instance);
  }

  at(instance: number): RunningInstance | undefined {
    return this.#instances[instance];
  }

  /** True once the operation has an outcome. */
  settled(operation: string): boolean {
    return this.#settled.has(operation);
  }

  /** One operation. Settles at the promise plus grace at the latest, and records both ends. */
  async invoke(ask: { operation: string; process: number; instance: number; op: Operation }): Promise<Reply> {
    const { promises, graceMs } = this.#options;
    const { recorder, mark } = this.#turn;
    await this.#revive(ask.instance);
    const roads = this.#roads.get(ask.instance) ?? [];
    recorder.add({ type: "invoke", ...ask, key: ask.op.key });
    for (const road of roads) road.begin(ask.operation);
    const instance = this.#instances[ask.instance];
    const reply: Reply = instance
      ? await instance.invoke(mark.on(ask.operation), marked(ask.op, mark), promises.answersWithinMs + graceMs)
      : { outcome: "info", reason: "the instance is not running", because: "died" };
    for (const road of roads) road.end(ask.operation);
    if (reply.outcome === "info" && reply.because !== "thrown") this.#late.add(ask.instance);
    this.#settle(ask.operation, reply);
    return reply;
  }

  #settle(operation: string, reply: Reply): void {
    const { recorder, mark } = this.#turn;
    this.#settled.add(operation);
    if (reply.outcome === "ok") return recorder.add({ type: "ok", operation, value: mark.off(reply.value) ?? null });
    const reason = mark.off(reply.reason);
    if (reply.outcome === "fail") return recorder.add({ type: "fail", operation, reason, final: reply.final });
    recorder.add({ type: "info", operation, reason, because: reply.because });
  }

  async #revive(instance: number): Promise<void> {
    const running = this.#instances[instance];
    if (running?.alive || this.#revivals >= revivalsMax) return;
    if (running === undefined && this.#starting[instance] === undefined) return; // never started: the scenario wants it so
    this.#revivals++;
    await this.start(instance);
  }

  async #start(instance: number): Promise<boolean> {
    const { lane } = this.#options;
    const listener: InstanceListener = {
      note: (kind, data, operation) => this.#note(instance, kind, data, operation),
      event: (event, detail) =>
        this.#turn.recorder.add({ type: "instance", instance, event, ...(detail ? { detail } : {}) }),
    };
    const started = await lane.instances.start(this.#options.specOf(instance), listener, startDeadlineMs);
    if ("started" in started) {
      this.#instances[instance] = started.started;
      return true;
    }
    listener.event("start_failed", started.code ? `${started.code}: ${started.failed}` : started.failed);
    return false;
  }

  /** What an instance says of an operation belongs to the run of that operation, even if another is under way. */
  #note(instance: number, kind: string, data: unknown, operation: string | undefined): void {
    const { recorder, mark } = this.#turns.findLast((turn) => turn.mark.owns(operation)) ?? this.#turn;
    recorder.add({
      type: "note",
      instance,
      kind,
      ...(data === undefined ? {} : { data: mark.off(data) }),
      ...(operation ? { operation: mark.off(operation) } : {}),
    });
  }
}

function marked(op: Operation, mark: Mark): Operation {
  return mark.text === "" ? op : { ...op, key: mark.on(op.key) };
}
