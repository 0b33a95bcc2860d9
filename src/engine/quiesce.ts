/**
 * Quiescence is waited for, not assumed: the instances stop, the roads close and drain, no session of the run is left at
 * the store; only then is the truth read, over a direct road.
 */

import type { Effect, Namespace, Subject } from "../core/subject.ts";
import type { Lane } from "../core/lane.ts";
import type { Clients } from "./client.ts";
import { until } from "./pause.ts";
import type { Recorder } from "./recorder.ts";

/** How long an instance may take to end its work. */
const stopDeadlineMs = 3_000;
/** How long connections may take to drain, and the store's sessions to end. */
const drainDeadlineMs = 10_000;

/** Ends what the run began. Records `quiet`, or `unquiet` and why. */
export async function quiesce(
  run: { clients: Clients; lane: Lane; recorder: Recorder; instances: number },
): Promise<void> {
  const { lane, recorder } = run;
  await Promise.all(Array.from({ length: run.instances }, (_, instance) => stop(run, instance)));
  const { undrained } = await lane.closeRoads(drainDeadlineMs);
  let sessions: readonly number[] = [];
  const empty = await until(async () => (sessions = await lane.sessions()).length === 0, {
    deadlineMs: drainDeadlineMs,
    everyMs: 1,
  });
  if (undrained === 0 && empty) return recorder.add({ type: "phase", phase: "quiet" });
  const detail = `${undrained} connections not drained, ${sessions.length} sessions left at the store`;
  recorder.add({ type: "phase", phase: "unquiet", detail });
  if (sessions.length > 0) {
    await lane.sql`select pg_terminate_backend(pid) from unnest(${arrayOf(sessions)}::int[]) pid`;
  }
}

/** Reads effects and what is pending. */
export async function readTruth(
  run: { subject: Subject; lane: Lane; recorder: Recorder; namespace: Namespace },
): Promise<void> {
  const { subject, lane, recorder, namespace } = run;
  const truth = { namespace, sql: lane.sqlIn(namespace.schema) };
  const effects: readonly Effect[] = await subject.effects?.(truth) ?? [];
  effects.forEach((effect, order) => recorder.add({ type: "effect", order, ...effect }));
  for (const pending of await subject.pending?.(truth) ?? []) recorder.add({ type: "pending", ...pending });
}

async function stop(run: { clients: Clients; lane: Lane; recorder: Recorder }, instance: number): Promise<void> {
  const { clients, lane, recorder } = run;
  const running = clients.at(instance);
  if (!running?.alive) return;
  const how = await running.stop(stopDeadlineMs);
  if (how !== "stopped") return; // its listener has said so
  recorder.add({ type: "instance", instance, event: "stopped" });
  const open = () =>
    lane.roads.filter((road) => road.instance === instance).flatMap((road) =>
      road.connections().filter((c) => c.clientOpen)
    );
  // Closing is asynchronous on the instance's side too: its last bytes may still be on the way when it says that it stopped.
  if (await until(() => open().length === 0, { deadlineMs: 500, everyMs: 1 })) return;
  recorder.add({ type: "instance", instance, event: "leaked", detail: `${open().length} connections left open` });
  lane.instances.discard(running, "it left connections open");
}

/** An array as Postgres reads it: without the driver's catalog of types, numbers of an array cannot be sent as such. */
function arrayOf(numbers: readonly number[]): string {
  return `{${numbers.join(",")}}`;
}
