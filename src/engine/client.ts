/**
 * The client: one operation of one process, from its invocation to its outcome. A process is sequential by construction,
 * and retires after an info; the sender then goes on with another.
 */

import type { InstanceListener, Lane, Reply, Road, RunningInstance, StartSpec } from "../core/lane.ts";
import type { Operation } from "../core/plan.ts";
import type { Promises } from "../core/subject.ts";
import type { Recorder } from "./recorder.ts";

/** Most times that a dead instance is started again in one run, as a supervisor would. */
const revivalsMax = 30;

/** How long a subject may take to start. Generous: it says nothing about the subject's promises. */
export const startDeadlineMs = 15_000;

/** What all clients of a run share. */
export interface ClientOptions {
  readonly lane: Lane;
  readonly recorder: Recorder;
  readonly promises: Promises;
  readonly graceMs: number;
  specOf(instance: number): StartSpec;
}

/** The instances of a run, and the processes that ask them. */
export class Clients {
  readonly #options: ClientOptions;
  readonly #instances: (RunningInstance | undefined)[] = [];
  readonly #starting: (Promise<boolean> | undefined)[] = [];
  readonly #roads: Map<number, Road[]>;
  readonly #settled = new Set<string>();
  #processes = 0;
  #revivals = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#roads = Map.groupBy(options.lane.roads, (road) => road.instance);
  }

  /** A number for a further sequential process. */
  newProcess(): number {
    return this.#processes++;
  }

  /** Starts an instance, or waits for its start under way. Gives false if it could not be started. */
  start(instance: number): Promise<boolean> {
    return this.#starting[instance] ??= this.#start(instance).finally(() => this.#starting[instance] = undefined);
  }

  running(): readonly RunningInstance[] {
    return this.#instances.filter((instance) => instance !== undefined);
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
    const { recorder, promises, graceMs } = this.#options;
    await this.#revive(ask.instance);
    const roads = this.#roads.get(ask.instance) ?? [];
    recorder.add({ type: "invoke", ...ask, key: ask.op.key });
    for (const road of roads) road.begin(ask.operation);
    const instance = this.#instances[ask.instance];
    const reply: Reply = instance
      ? await instance.invoke(ask.operation, ask.op, promises.answersWithinMs + graceMs)
      : { outcome: "info", reason: "the instance is not running", because: "died" };
    for (const road of roads) road.end(ask.operation);
    this.#settle(ask.operation, reply);
    return reply;
  }

  #settle(operation: string, reply: Reply): void {
    const { recorder } = this.#options;
    this.#settled.add(operation);
    if (reply.outcome === "ok") recorder.add({ type: "ok", operation, value: reply.value ?? null });
    else if (reply.outcome === "fail") {
      recorder.add({ type: "fail", operation, reason: reply.reason, final: reply.final });
    } else recorder.add({ type: "info", operation, reason: reply.reason, because: reply.because });
  }

  async #revive(instance: number): Promise<void> {
    const running = this.#instances[instance];
    if (running?.alive || this.#revivals >= revivalsMax) return;
    if (running === undefined && this.#starting[instance] === undefined) return; // never started: the scenario wants it so
    this.#revivals++;
    await this.start(instance);
  }

  async #start(instance: number): Promise<boolean> {
    const { lane, recorder } = this.#options;
    const listener: InstanceListener = {
      note: (kind, data, operation) =>
        recorder.add({
          type: "note",
          instance,
          kind,
          ...(data === undefined ? {} : { data }),
          ...(operation ? { operation } : {}),
        }),
      event: (event, detail) => recorder.add({ type: "instance", instance, event, ...(detail ? { detail } : {}) }),
    };
    const started = await lane.instances.start(this.#options.specOf(instance), listener, startDeadlineMs);
    if ("started" in started) {
      this.#instances[instance] = started.started;
      recorder.add({ type: "instance", instance, event: "started" });
      return true;
    }
    const detail = started.code ? `${started.code}: ${started.failed}` : started.failed;
    recorder.add({ type: "instance", instance, event: "start_failed", detail });
    return false;
  }
}
