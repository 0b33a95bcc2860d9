/**
 * Messages that come while the batch before them is being given up. In each conversation a batch is handled at one instance and
 * another message is pushed at the other, each time a little later, so that some of them come in whichever gap there is between two
 * commands; then the loop is stepped for them.
 */

import fc from "fast-check";
import type { Delivery } from "../../core/plan.ts";
import type { DebouncerOperation } from "../debouncer.ts";

/** When the later messages come. */
export interface LateMessages {
  readonly conversations: number;
  /** After the acknowledgement of the message before it, in ms: in the first conversation, and how much later in each further one. */
  readonly afterMs: number;
  readonly stepMs: number;
}

/** The deliveries, the same in every run. The batches are stepped as soon as their message is acknowledged: the quiet time has to be over. */
export function lateMessages(
  { conversations, afterMs, stepMs }: LateMessages,
): fc.Arbitrary<Delivery<DebouncerOperation>[]> {
  const each = Array.from({ length: conversations }, (_, i) => conversationOf(i + 1, afterMs + i * stepMs));
  return fc.constant(each.flat());
}

function conversationOf(n: number, lateMs: number): Delivery<DebouncerOperation>[] {
  const turn = { key: `c${n}/turn`, do: "turn", effectless: true } as const;
  const all: Pick<Delivery<DebouncerOperation>, "id" | "op" | "starts" | "route">[] = [
    { id: `d${n}a`, op: { key: `c${n}/m1`, do: "push" }, starts: { atMs: 20 }, route: [0] },
    { id: `d${n}b`, op: turn, starts: { afterAckOf: `d${n}a`, afterMs: 0 }, route: [0] },
    {
      id: `d${n}c`,
      op: { key: `c${n}/m2`, do: "push" },
      starts: { afterAckOf: `d${n}a`, afterMs: lateMs },
      route: [1],
    },
    { id: `d${n}d`, op: turn, starts: { afterAckOf: `d${n}c`, afterMs: 0 }, route: [1] },
  ];
  return all.map((delivery) => ({ ...delivery, resendAfterMs: [40] }));
}
