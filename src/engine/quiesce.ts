/**
 * Quiescence is waited for, not assumed: the instances stop, the roads close and drain, no session of the run is left at
 * the store; only then is the truth read, over a direct road.
 */

import type { Effect, Namespace, Subject, Truth } from "../core/subject.ts";
import type { Lane } from "../core/lane.ts";
import type { Clients } from "./client.ts";
import type { Mark } from "./mark.ts";
import { until } from "./pause.ts";
import type { Recorder } from "./recorder.ts";

/** How long an instance may take to end its work. */
const stopDeadlineMs = 3_000;
/** How long connections may take to drain, and the store's sessions to end. */
const drainDeadlineMs = 10_000;

/** Ends what a series of runs began. Records `quiet`, or `unquiet` and why. */
export async function quiesce(
  run: { clients: Clients; lane: Lane; recorder: Pick<Recorder, "add">; instances: number },
): Promise<void> {
  const { lane, recorder } = run;
  await Promise.all(Array.from({ length: run.instances }, (_, instance) => stop(run, instance)));
  const { undrained } = await lane.closeRoads(drainDeadlineMs);
  let sessions = 0;
  const empty = await until(async () => (sessions = await lane.sessions()) === 0, {
    deadlineMs: drainDeadlineMs,
    everyMs: 3,
  });
  if (undrained === 0 && empty) return recorder.add({ type: "phase", phase: "quiet" });
  const detail = `${undrained} connections not drained, ${sessions} sessions left at the stores`;
  recorder.add({ type: "phase", phase: "unquiet", detail });
  if (sessions > 0) await lane.endSessions();
}

/** Reads effects and what is pending, once, and gives each run its own; what is nobody's is everybody's. */
export async function readTruth(
  { subject, lane, runs, namespace }: {
    subject: Subject;
    lane: Lane;
    runs: readonly { readonly recorder: Recorder; readonly mark: Mark }[];
    namespace: Namespace;
  },
): Promise<void> {
  const truth = truthOf(lane, namespace);
  const effects: readonly Effect[] = await subject.effects?.(truth) ?? [];
  for (const [order, effect] of effects.entries()) {
    const owner = runs.filter(({ mark }) => mark.made(effect));
    for (const { recorder, mark } of owner.length > 0 ? owner : runs) {
      recorder.add({ type: "effect", order, ...mark.off(effect) });
    }
  }
  for (const pending of await subject.pending?.(truth) ?? []) {
    const owner = runs.filter(({ mark }) => mark.owns(pending.key));
    for (const { recorder, mark } of owner.length > 0 ? owner : runs) {
      recorder.add({ type: "pending", ...mark.off(pending) });
    }
  }
}

/** The direct roads of a lane; one that it does not have throws when it is asked for. */
export function truthOf(lane: Lane, namespace: Namespace): Truth {
  return {
    namespace,
    get sql() {
      return lane.sqlIn(namespace.schema);
    },
    get redis() {
      return lane.redis;
    },
  };
}

/** Ends one instance. False if it hangs, or has left connections open. */
export async function stop({ clients, lane }: { clients: Clients; lane: Lane }, instance: number): Promise<boolean> {
  const running = clients.at(instance);
  if (!running?.alive) return true;
  const open = () =>
    lane.roads.filter((road) => road.instance === instance).flatMap((road) =>
      road.connections().filter((c) => c.clientOpen)
    );
  let tidy = false;
  const how = await running.stop(stopDeadlineMs, async () => {
    // Closing is asynchronous on the instance's side too: its last bytes may still be on the way when it says that it stopped.
    tidy = await until(() => open().length === 0, { deadlineMs: 500, everyMs: 1 });
    return tidy ? undefined : `${open().length} connections left open`;
  });
  return how === "stopped" && tidy; // what else there is, its listener has said
}
