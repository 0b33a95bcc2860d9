/**
 * What a drawn operation is: its id, what it asks, and the two ends that it has in a history. The word before the brackets says
 * what is asked; a new kind of request is one more line of `asks`.
 */

import { type Mark, wordsOf } from "./drawing.ts";
import type { Entry } from "../core/history.ts";
import type { Operation } from "../core/plan.ts";

/** An operation as drawn. */
export interface DrawnOperation {
  readonly id: string;
  readonly mark: Mark;
  readonly op: Operation & { readonly body?: string; readonly plant?: string; readonly do?: string };
}

/** What a word asks beside its key; nothing for other words. */
const asks: Readonly<Record<string, { readonly do: string; readonly effectless?: true }>> = {
  push: { do: "push" },
  turn: { do: "turn", effectless: true },
  review: { do: "review", effectless: true },
  call: { do: "call", effectless: true },
  ask: { do: "ask", effectless: true },
};

/** The operations of these marks, in their order. Throws on one that names no key. */
export function operationsOf(marks: readonly Mark[]): readonly DrawnOperation[] {
  const deliveries = new Map<string, string>();
  const sends = new Map<string, number>();
  return marks.map((mark) => {
    const { bare: [key], named: { as, body, plant } } = wordsOf(mark.inside);
    if (!key) throw new Error(`Cannot read a drawing: "${mark.name}(${mark.inside})" names no key`);
    const chain = `${mark.lane?.process} ${key}`;
    if (!as && !deliveries.has(chain)) deliveries.set(chain, `d${deliveries.size + 1}`);
    const delivery = deliveries.get(chain) ?? "";
    if (!as) sends.set(delivery, (sends.get(delivery) ?? 0) + 1);
    const op = { key, ...(body ? { body } : {}), ...(plant ? { plant } : {}), ...asks[mark.name] };
    return { id: as ?? `${delivery}.${sends.get(delivery)}`, mark, op };
  });
}

/** Its invocation, and its outcome if it has one. */
export function endsOf({ id: operation, mark, op }: DrawnOperation): readonly Entry[] {
  const lane = mark.lane ?? { process: 0, instance: 0 };
  const invoke: Entry = { type: "invoke", atMs: mark.atMs, operation, ...lane, key: op.key, op };
  const settled = { atMs: mark.toMs, operation };
  const [first = "", ...rest] = mark.endInside.split(/\s+/);
  if (mark.end === "ok") return [invoke, { type: "ok", ...settled, value: valueOf(mark, op) }];
  if (mark.end === "fail") {
    const final = first === "final";
    return [invoke, { type: "fail", ...settled, reason: final ? rest.join(" ") : mark.endInside, final }];
  }
  if (mark.end !== "info") return [invoke];
  if (first !== "deadline" && first !== "died" && first !== "protocol") {
    return [invoke, { type: "info", ...settled, reason: mark.endInside, because: "thrown" }];
  }
  return [invoke, { type: "info", ...settled, reason: rest.join(" "), because: first }];
}

/** A call of a rate limiter is answered with a status: 200, if not said; a review with the letters that it did away with. */
function valueOf({ endInside }: Mark, op: DrawnOperation["op"]): unknown {
  if (op.do === "review") return { letters: wordsOf(endInside).bare };
  return op.do === "call" ? { status: Number(endInside || 200) } : endInside || null;
}
