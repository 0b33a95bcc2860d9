/**
 * The World that one instance sees, on its side of the line: its own roads, its own clock, the sink, and testimony.
 */

import type { Service } from "../../core/place.ts";
import type { World } from "../../core/subject.ts";
import type { ToInstance } from "./messages.ts";

/** The message that starts an instance. */
export type StartMessage = Extract<ToInstance, { type: "start" }>;

const answers = ["accepted", "duplicate", "refused"] as const;
type Answer = typeof answers[number];

/** Builds the World; `over` aborts calls to the sink that outlive the instance, and silences its notes. */
export function worldOf(start: StartMessage, say: (note: Note) => void, over: AbortSignal): World {
  return {
    instance: start.instance,
    namespace: start.namespace,
    options: start.options,
    url: (service) => roadTo(service, start),
    now: () => Date.now() + start.clockOffsetMs,
    sink: (effect, by, signal) =>
      reach(start, { ...by, data: effect }, signal ? AbortSignal.any([signal, over]) : over),
    note(kind, data, operation) {
      if (over.aborted) return;
      say({ type: "note", kind, data, ...(operation === undefined ? {} : { operation }) });
    },
  };
}

/** Testimony, as it goes over the line. */
export interface Note {
  readonly type: "note";
  readonly kind: string;
  readonly data?: unknown;
  readonly operation?: string;
}

function roadTo(service: Service, start: StartMessage): URL {
  const url = start.urls[service];
  if (url === undefined) throw new TypeError(`Cannot reach ${service}: the subject does not list it in its needs`);
  return new URL(url);
}

async function reach(
  start: StartMessage,
  effect: { operation: string; key?: string; token?: bigint; data: unknown },
  signal: AbortSignal,
): Promise<Answer> {
  const body = JSON.stringify(
    { instance: start.instance, ...effect },
    (_, value) => typeof value === "bigint" ? value.toString() : value,
  );
  const response = await fetch(start.sink, { method: "POST", body, signal });
  const text = await response.text();
  if (!response.ok) throw new Error(`Cannot make the effect: the sink answered ${response.status}: ${text}`);
  const answer = answers.find((each) => each === text.trim());
  if (answer === undefined) throw new Error(`Cannot make the effect: the sink answered "${text.slice(0, 80)}"`);
  return answer;
}
