/**
 * The same id with another body is neither swallowed nor invented: a key is never acknowledged for two bodies, and a key that
 * was delivered with one body only is never said to conflict.
 *
 * The body is `op.body`. A conflict is a final refusal that says so (`conflict`, 422), or an ok whose value is that verdict;
 * `busy`, which is 409 in HTTP, is no conflict, for coming again helps. A sibling judges what else an answer says.
 */

import type { Property } from "../core/property.ts";
import { holds, violated } from "../core/verdict.ts";
import type { KeyView, OperationView } from "../core/view.ts";

/** Violated by two acknowledged bodies of a key, or an invented conflict. Examines the keys that were answered. */
export const answersAreHonest: Property = {
  name: "answers_are_honest",
  claim: "One body of an event is acknowledged, another one conflicts, and the same one never does",
  kind: "safety",
  check(history) {
    let examined = 0;
    for (const key of history.keys.values()) {
      if (!key.operations.some((operation) => operation.settled)) continue;
      examined++;
      const lie = acknowledgedTwoBodies(key) ?? inventedConflict(key);
      if (lie) {
        return violated(examined, lie.because, lie.operations.flatMap((o) => [o.invoke.index, o.settled!.index]));
      }
    }
    return holds(examined, "nothing was answered");
  },
};

interface Lie {
  readonly because: string;
  readonly operations: readonly OperationView[];
}

function acknowledgedTwoBodies({ key, operations }: KeyView): Lie | undefined {
  const acknowledged = operations.filter((operation) => operation.outcome === "ok" && !saysConflict(operation));
  const [first] = acknowledged;
  const other = first && acknowledged.find((operation) => bodyOf(operation) !== bodyOf(first));
  if (!other) return undefined;
  const because = `two bodies of event ${key} were acknowledged, to ${first.id} and ${other.id}`;
  return { because, operations: [first, other] };
}

function inventedConflict({ key, operations }: KeyView): Lie | undefined {
  const conflict = operations.find(saysConflict);
  if (!conflict || operations.some((operation) => bodyOf(operation) !== bodyOf(conflict))) return undefined;
  const because = `${conflict.id} was answered with a conflict, although event ${key} was delivered with one body only`;
  return { because, operations: [conflict] };
}

function bodyOf({ op }: OperationView): string | undefined {
  return JSON.stringify((op as { readonly body?: unknown } | null)?.body);
}

/** `on conflict` is a word of SQL, and may be part of any error's message. */
function saysConflict({ settled }: OperationView): boolean {
  if (settled?.type === "fail") return settled.final && /(?<!\bon )\bconflict|\b422\b/i.test(settled.reason);
  if (settled?.type !== "ok") return false;
  const { value } = settled;
  return value === "conflict" || (value as { readonly verdict?: unknown } | null)?.verdict === "conflict";
}
