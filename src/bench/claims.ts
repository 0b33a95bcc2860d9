/**
 * Dedupe's claim without an effect against the bare statement. Two ways, since the cheapest claim of the public API is
 * `leased` with a handler that does nothing, which is two statements: the claim of a lease alone, as `leased` makes it, against
 * that one statement; and the whole call against both statements. What is compared is the cost of the safeguards: the bare
 * side has no deadline, takes no fingerprint, and does not know what an error means.
 */

import { createHash, randomUUID } from "node:crypto";
import { openDedupe } from "../reference/dedupe/mod.ts";
import { Deadlines } from "../reference/dedupe/deadline.ts";
import { keyed } from "../reference/dedupe/event.ts";
import { Lanes } from "../reference/dedupe/lanes.ts";
import { claimLease } from "../reference/dedupe/lease.ts";
import { claimLeaseSql, completeLeaseSql } from "../reference/dedupe/sql.ts";
import { atOnce } from "./at_once.ts";
import type { Figure } from "./figure.ts";
import { type BenchStore, body, newEvent } from "./store.ts";

const target = { at: "least", value: 0.9 } as const;

/** Measures both, at 1, 10 and 50 at a time. */
export async function claims(store: BenchStore, signal: AbortSignal): Promise<Figure[]> {
  const { settings } = store;
  await using lanes = disposable(new Lanes(settings));
  using deadlines = new OwnDeadlines(settings.deadlineMs);
  await using dedupe = await openDedupe(settings);
  const bare = bareStatements(store);

  const claimed = async () => {
    const deadline = deadlines.start();
    try {
      const token = await claimLease(lanes.of, settings, keyed(newEvent()), deadline);
      if (typeof token !== "bigint") throw new Error(`Cannot measure: a new event was "${token.verdict}"`);
      return 1;
    } finally {
      deadline.clear();
    }
  };
  const held = async () => {
    const { verdict } = await dedupe.leased(newEvent(), () => {});
    if (verdict !== "first") throw new Error(`Cannot measure: a new event was "${verdict}"`);
    return 1;
  };
  return await atOnce([
    { what: "claim of a lease alone / its statement by npm:postgres", ours: claimed, theirs: bare.claim, target },
    { what: "leased(), empty handler / its two statements by npm:postgres", ours: held, theirs: bare.both, target },
  ], { clear: () => store.clear(), signal });
}

/** The statements as one would send them by hand, each with the values that it needs made before. */
function bareStatements({ sql, settings: { provider, leaseMs } }: BenchStore) {
  const fingerprint = createHash("sha256").update(body).digest("hex");
  const owner = randomUUID();
  const claim = async (id: string) => {
    const rows = await sql.unsafe<{ token: string }[]>(claimLeaseSql, [provider, id, fingerprint, owner, leaseMs], {
      prepare: true,
    });
    return rows[0]!.token;
  };
  return {
    claim: async () => {
      await claim(newEvent().id);
      return 1;
    },
    both: async () => {
      const { id } = newEvent();
      await sql.unsafe(completeLeaseSql, [provider, id, await claim(id)], { prepare: true });
      return 1;
    },
  };
}

class OwnDeadlines extends Deadlines implements Disposable {
  [Symbol.dispose](): void {
    this.close();
  }
}

function disposable(of: Lanes): AsyncDisposable & { readonly of: Lanes } {
  return { of, [Symbol.asyncDispose]: () => of.close() };
}
