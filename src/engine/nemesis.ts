/**
 * The nemesis: puts the plan's faults, cuts and holds in place, sees whether they struck, and takes them away. It says in
 * the history what it did, with evidence; whether that makes a run valid is for the judgement.
 */

import type { AnyFault, Injected, Target } from "../core/fault.ts";
import type { DisturbEntry } from "../core/history.ts";
import type { Lane, Road } from "../core/lane.ts";
import type { MessagePlace } from "../core/place.ts";
import type { Truth } from "../core/subject.ts";
import type { Plan, PlannedFault, PlannedHold } from "../core/plan.ts";
import { Barrier } from "./barrier.ts";
import { pause, within } from "./pause.ts";
import type { Recorder } from "./recorder.ts";

/** How long an injection or a heal may take before the run counts as broken by us. */
const handlingMs = 15_000;

const never = new AbortController().signal;

/** What the nemesis needs. */
export interface NemesisOptions {
  readonly plan: Plan;
  readonly lane: Lane;
  /** The direct roads, into the run's schema. */
  readonly truth: Truth;
  readonly recorder: Recorder;
  /** By name: those of the scenario. */
  readonly faults: ReadonlyMap<string, AnyFault>;
  settled(operation: string): boolean;
  /** The sender is done: windows end early, and what has not begun does not begin. */
  readonly done: AbortSignal;
}

/** Disturbs one run. */
export class Nemesis {
  readonly #options: NemesisOptions;

  constructor(options: NemesisOptions) {
    this.#options = options;
  }

  /** Before time zero: cuts and holds wait for their messages. Gives the work that goes on until all is over. */
  arm(): { disturb(): Promise<void> } {
    const { plan } = this.#options;
    const cuts = plan.cuts.map((cut) => this.#cut(cut));
    const holds = plan.holds.map((hold) => hold.kind === "stall" ? this.#stall(hold) : this.#barrier(hold));
    const placed = plan.faults.filter((fault) => "place" in fault.strikes).map((fault) => this.#faultAtPlace(fault));
    return {
      disturb: async () => {
        const windows = plan.faults.filter((fault) => "atMs" in fault.strikes).map((fault) =>
          this.#faultInWindow(fault)
        );
        await Promise.all([...cuts, ...holds, ...placed, ...windows]);
      },
    };
  }

  async #cut(cut: Plan["cuts"][number]): Promise<void> {
    const { id, instance, operation, place } = cut;
    const entry = { id, fault: "cut", instance, place } as const;
    const { promise: struck, resolve } = Promise.withResolvers<true>();
    const armed = this.#road(instance, place).cut({ operation, place }, (what) => {
      this.#say({ ...entry, event: "struck", evidence: what });
      this.#say({ ...entry, event: "healed" }); // it strikes once: the next connection finds an open road
      resolve(true);
    });
    if (await this.#orDone(struck)) return;
    armed.disarm();
    this.#say({ ...entry, event: "missed" });
  }

  async #stall(planned: Extract<PlannedHold, { kind: "stall" }>): Promise<void> {
    const { id, instance, operation, place, forMs } = planned;
    const entry = { id, fault: "stall", instance, place, severity: { forMs } } as const;
    const hold = this.#road(instance, place).hold({ operation, place });
    const held = await this.#orDone(hold.held);
    if (!held) {
      hold.disarm();
      return this.#say({ ...entry, event: "missed" });
    }
    this.#say({ ...entry, event: "struck", evidence: `held on connection ${held.connection}` });
    // Not cut short when the sender is done: a late message that arrives after all is acknowledged is the point of a stall.
    await pause(forMs, never);
    hold.release();
    this.#say({ ...entry, event: "healed" });
  }

  async #barrier(planned: Extract<PlannedHold, { kind: "barrier" }>): Promise<void> {
    const { lane, plan, done, settled } = this.#options;
    const entry = { id: planned.id, fault: "barrier", instance: "all", place: planned.place } as const;
    const barrier = new Barrier(planned, { lane, settled, choices: plan.choices, done });
    const came = await barrier.wait();
    this.#say({ ...entry, event: came ? "struck" : "missed", ...(came ? { evidence: came } : {}) });
    barrier.release();
    if (came) this.#say({ ...entry, event: "healed" });
  }

  async #faultInWindow(planned: PlannedFault): Promise<void> {
    const { done } = this.#options;
    if (!("atMs" in planned.strikes)) return;
    if (!await pause(planned.strikes.atMs - this.#options.recorder.now(), done)) return this.#miss(planned);
    const injected = await this.#inject(planned);
    if (!injected) return;
    await pause(planned.strikes.forMs, done);
    await this.#heal(planned, injected);
  }

  async #faultAtPlace(planned: PlannedFault): Promise<void> {
    if (!("place" in planned.strikes)) return;
    const { place, instance, operation, forMs } = planned.strikes;
    const hold = this.#road(instance, place).hold({ operation, place });
    if (!await this.#orDone(hold.held)) {
      hold.disarm();
      return this.#miss(planned);
    }
    const injected = await this.#inject(planned);
    hold.release();
    await pause(forMs, this.#options.done);
    if (injected) await this.#heal(planned, injected);
  }

  async #inject(planned: PlannedFault): Promise<Injected | undefined> {
    const fault = this.#options.faults.get(planned.fault);
    if (!fault) throw new Error(`Cannot inject "${planned.fault}": the scenario does not list it`);
    const { id, instance, severity } = planned;
    const entry = { id, fault: fault.name, instance, severity } as const;
    try {
      const injecting = fault.inject(this.#targetOf(planned), severity as never);
      const injected = await within(injecting, handlingMs, undefined);
      if (!injected) {
        // Nobody waits for it any longer, but what it puts in place has to go again.
        injecting.then((late) => late[Symbol.asyncDispose]()).catch(() => undefined); // the fault is called broken below
        throw new Error(`not in place within ${handlingMs} ms`);
      }
      this.#say({ ...entry, event: "injected" });
      return injected;
    } catch (cause) {
      // A fault that cannot be injected is our failure, and said; the run is void, the subject is not to blame.
      this.#say({ ...entry, event: "broken", evidence: String(cause instanceof Error ? cause.message : cause) });
      return undefined;
    }
  }

  async #heal(planned: PlannedFault, injected: Injected): Promise<void> {
    const entry = { id: planned.id, fault: planned.fault, instance: planned.instance } as const;
    try {
      const silent = { confirmed: false, what: `no evidence within ${handlingMs} ms` };
      const evidence = await within(Promise.resolve(injected.evidence()), handlingMs, silent);
      if (evidence.confirmed) this.#say({ ...entry, event: "struck", evidence: evidence.what });
      else this.#say({ ...entry, event: "healing", evidence: evidence.what });
      const healed = await within(Promise.resolve(injected[Symbol.asyncDispose]()).then(() => true), handlingMs, false);
      this.#say({ ...entry, event: healed ? "healed" : "unhealed" });
    } catch (cause) {
      this.#say({ ...entry, event: "unhealed", evidence: String(cause instanceof Error ? cause.message : cause) });
    }
  }

  #miss(planned: PlannedFault): void {
    this.#say({ id: planned.id, fault: planned.fault, instance: planned.instance, event: "missed" });
  }

  #targetOf(planned: PlannedFault): Target {
    const { lane, truth } = this.#options;
    const links = lane.roads.filter((road) =>
      road.service === planned.service && (planned.instance === "all" || road.instance === planned.instance)
    );
    const sessions = () =>
      Promise.resolve(
        links.flatMap((road) => road.connections()).filter((c) => c.serverOpen).map((c) => c.backendPid)
          .filter((pid) => pid !== undefined),
      );
    return {
      service: planned.service,
      links,
      server: lane.servers[planned.service],
      get sql() {
        return truth.sql;
      },
      get redis() {
        return truth.redis;
      },
      sessions,
      signal: AbortSignal.timeout(60_000),
    };
  }

  #road(instance: number, place: MessagePlace): Road {
    const road = this.#options.lane.roads.find((r) => r.instance === instance && r.service === place.service);
    if (!road) throw new Error(`Cannot disturb instance ${instance}: it has no road to ${place.service}`);
    return road;
  }

  /** What the promise gives, or undefined once the sender is done. */
  #orDone<T>(promise: Promise<T>): Promise<T | undefined> {
    const { done } = this.#options;
    if (done.aborted) return Promise.resolve(undefined);
    const { promise: over, resolve } = Promise.withResolvers<undefined>();
    const aborted = () => resolve(undefined);
    done.addEventListener("abort", aborted, { once: true });
    return Promise.race([promise, over]).finally(() => done.removeEventListener("abort", aborted));
  }

  #say(entry: Omit<DisturbEntry, "type" | "atMs">): void {
    this.#options.recorder.add({ type: "disturb", ...entry });
  }
}
