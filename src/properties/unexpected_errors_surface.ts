/**
 * A programming error is never swallowed: one that is planted in the handler (`op.plant`) comes out with its message.
 *
 * Only a handler that ran can have thrown it: its operation said `handler`, or no operation of its key is without the plant,
 * so that an `ok` cannot be a duplicate's; a message that is pushed (`do: "push"`) is acknowledged before any handler runs.
 * Where a disturbance met the operation, another error may have come first, so only an `ok` is held against the subject
 * then; calls that were given up, and dead processes, are judged elsewhere. A sibling judges what else must not be hidden.
 */

import type { Property } from "../core/property.ts";
import { holds, violated } from "../core/verdict.ts";
import type { OperationView, View } from "../core/view.ts";

/** Violated by a planted error that did not come out unchanged. Examines the operations that must have met theirs. */
export const unexpectedErrorsSurface: Property = {
  name: "unexpected_errors_surface",
  claim: "A programming error in the handler comes out unchanged",
  kind: "safety",
  check(history) {
    let examined = 0;
    let handled: ReadonlySet<string> | undefined;
    for (const operation of history.operations.values()) {
      const { id, settled } = operation;
      const plant = plantOf(operation);
      if (plant === undefined || !settled) continue;
      handled ??= new Set(history.notes.filter(({ kind }) => kind === "handler").map((note) => note.operation ?? ""));
      const evidence = [operation.invoke.index, settled.index];
      if (settled.type === "ok") {
        if (!handled.has(id) && !alwaysPlanted(history, operation)) continue;
        return violated(examined + 1, `${id} was acknowledged although its handler threw "${plant}"`, evidence);
      }
      if (settled.reason.includes(plant)) {
        examined++;
        continue;
      }
      const answered = settled.type === "fail" || settled.because === "thrown";
      if (!handled.has(id) || !answered || disturbed(history, operation)) continue;
      const because = `the handler of ${id} threw "${plant}", and "${settled.reason}" came out`;
      return violated(examined + 1, because, evidence);
    }
    return holds(examined, "no planted error was met");
  },
};

function plantOf({ op }: OperationView): string | undefined {
  const { plant, do: asked } = (op ?? {}) as { readonly plant?: unknown; readonly do?: unknown };
  return typeof plant === "string" && plant !== "" && asked !== "push" ? plant : undefined;
}

function alwaysPlanted(history: View, { key }: OperationView): boolean {
  return history.keys.get(key)!.operations.every((operation) => plantOf(operation) !== undefined);
}

/** True if anything that disturbs was in place while the operation was under way. */
function disturbed(history: View, { invoke, settled }: OperationView): boolean {
  for (const { injectedAtMs, struckAtMs, healedAtMs } of history.disturbances.values()) {
    const fromMs = injectedAtMs ?? struckAtMs ?? Infinity;
    if (fromMs <= settled!.atMs && (healedAtMs ?? Infinity) >= invoke.atMs) return true;
  }
  return false;
}
