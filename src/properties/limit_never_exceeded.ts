/**
 * Never above the limit: in no window of the promised length were more calls of one key allowed than promised, over all instances.
 *
 * A call was decided somewhere between its invocation and its outcome, so it certainly lies in a window that holds both. Calls
 * without a known outcome may have been allowed or not, and count for nothing. The limited key is all before the last slash of
 * the operation's key. A sibling judges what is said while the store cannot be asked.
 */

import type { Property } from "../core/property.ts";
import { holds, unknown, violated } from "../core/verdict.ts";
import type { Line, OperationView, View } from "../core/view.ts";
import { certainMs } from "./store_clock.ts";

/** Violated by more allowed calls in a window than the limit. Examines the calls that were allowed. */
export const limitNeverExceeded: Property = {
  name: "limit_never_exceeded",
  claim: "No more calls are allowed in any window than the limit, over all instances",
  kind: "safety",
  check(history) {
    const { limit, windowMs } = history.run.promises;
    if (limit === undefined || windowMs === undefined) return unknown("the subject does not say what its limit is");
    const allowed = allowedCalls(history);
    const examined = [...allowed.values()].reduce((sum, calls) => sum + calls.length, 0);
    for (const [key, calls] of allowed) {
      const found = tooMany(calls, limit, certainMs(windowMs));
      if (!found) continue;
      const withinMs = Math.ceil(spanMs(found));
      const because = `${found.length} calls of ${key} were allowed within ${withinMs} ms; ` +
        `at most ${limit} in ${windowMs} ms are promised`;
      return violated(examined, because, found.flatMap(({ invoke, ok }) => [invoke.index, ok.index]));
    }
    return holds(examined, "no call was allowed");
  },
};

/** A call that was allowed. */
interface Allowed {
  readonly invoke: Line<"invoke">;
  readonly ok: Line<"ok">;
}

/** By limited key, in the order of their outcomes. */
function allowedCalls({ operations }: View): ReadonlyMap<string, readonly Allowed[]> {
  const calls = new Map<string, Allowed[]>();
  for (const operation of operations.values()) {
    const { op, key, invoke, settled } = operation;
    if ((op as { readonly do?: unknown } | null)?.do !== "call" || settled?.type !== "ok" || !saysAllowed(operation)) {
      continue;
    }
    const limited = key.slice(0, Math.max(0, key.lastIndexOf("/"))) || key;
    const others = calls.get(limited);
    if (others) others.push({ invoke, ok: settled });
    else calls.set(limited, [{ invoke, ok: settled }]);
  }
  for (const of of calls.values()) of.sort((a, b) => a.ok.index - b.ok.index);
  return calls;
}

/** An ok is a 2xx, unless its value says otherwise. */
function saysAllowed({ settled }: OperationView): boolean {
  const value = settled?.type === "ok" ? settled.value as { readonly status?: unknown } | null : undefined;
  const status = value?.status;
  return typeof status !== "number" || (status >= 200 && status < 300);
}

/** The first calls, one more than the limit, that all lie within less than the window. */
function tooMany(calls: readonly Allowed[], limit: number, windowMs: number): readonly Allowed[] | undefined {
  // Of the calls whose outcomes are known by then, those that began last: they span the least time.
  const latest: Allowed[] = [];
  for (const call of calls) {
    let place = latest.length;
    while (place > 0 && latest[place - 1]!.invoke.atMs > call.invoke.atMs) place--;
    latest.splice(place, 0, call);
    if (latest.length > limit + 1) latest.shift();
    if (latest.length === limit + 1 && call.ok.atMs - latest[0]!.invoke.atMs < windowMs) return latest;
  }
  return undefined;
}

function spanMs(calls: readonly Allowed[]): number {
  return Math.max(...calls.map(({ ok }) => ok.atMs)) - Math.min(...calls.map(({ invoke }) => invoke.atMs));
}
