/**
 * Grants of leases as the wire saw them: what properties about holders have in common. A holder is an operation that said
 * `granted`; its grant lies between the first request of the operation that may be its claim and the last reply before it
 * said so. Two grants that overlap are unordered, and nothing is held against either.
 */

import { decisionsBetween, type KeyView, type OperationView, type View } from "../core/view.ts";

/** From and to are indexes into the history: the grant certainly lies between them. */
export interface Grant {
  readonly from: number;
  readonly to: number;
  /** Index of the note that said so. */
  readonly note: number;
}

/** A grant with the operation that it was given to. */
export interface Held {
  readonly operation: OperationView;
  readonly grant: Grant;
}

/** By operation. One that was granted more than once holds from its first grant to its last. */
export function grantsOf(history: View): Map<string, Grant> {
  const grants = new Map<string, Grant>();
  for (const note of history.notes) {
    const operation = note.kind === "granted" ? history.operations.get(note.operation ?? "") : undefined;
    if (!operation) continue;
    const claims = decisionsBetween(history, note.instance, operation.invoke.index, note.index);
    // Where the wire shows no claim, the grant lies somewhere between the invocation and the note.
    const from = claims.length > 0 ? Math.min(...claims.map(({ asked }) => asked)) : operation.invoke.index;
    const to = claims.at(-1)?.answered ?? note.index;
    grants.set(operation.id, { from: Math.min(grants.get(operation.id)?.from ?? from, from), to, note: note.index });
  }
  return grants;
}

/** All pairs of holders of one key of which the second was certainly granted after the first. */
export function* successions(key: KeyView, grants: ReadonlyMap<string, Grant>): Generator<[Held, Held]> {
  const held = key.operations.flatMap((operation): Held[] => {
    const grant = grants.get(operation.id);
    return grant ? [{ operation, grant }] : [];
  });
  for (const earlier of held) {
    for (const later of held) if (earlier.grant.to < later.grant.from) yield [earlier, later];
  }
}

/** Why grants cannot be ordered, if messages of the wire were not recorded. */
export function whyUnordered(history: View): string | undefined {
  const dropped = history.dropped.find(({ what }) => what.includes("message"));
  return dropped && `${dropped.count} ${dropped.what} were not recorded, so grants cannot be ordered`;
}
