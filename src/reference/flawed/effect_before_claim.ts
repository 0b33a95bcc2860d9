/**
 * Effect committed before the claim: it is asked whether the event is known, the handler's work is committed, and then the
 * event is marked as processed. Met as "mark it done only when it is done", which sounds careful, and in consumers that
 * write to one connection and remember on another.
 *
 * What goes wrong: whoever fails between the two commits has done the work and remembers nothing. The sender comes again,
 * finds the event unknown, and it is processed twice.
 */

import { afterTheFact } from "../dedupe/after_the_fact.ts";
import { type LookedAt, verdictOf } from "../dedupe/look.ts";
import type { DedupeOptions } from "../dedupe/mod.ts";
import { claimSql, lookSql } from "../dedupe/sql.ts";
import { textArray } from "../dedupe/text_array.ts";
import { openTwin, type Twin } from "./twin.ts";
import { withoutClaim } from "./without_claim.ts";

/** Opens the twin that commits its work, and then its claim. */
export function openEffectBeforeClaim(options: DedupeOptions): Promise<Twin> {
  return openTwin(options, {
    async transactional(parts, delivered) {
      const [{ lanes, settings: { provider } }, { event, deadline }] = [parts, delivered];
      const [seen] = await lanes.run<LookedAt>(lookSql, [provider, textArray([event.id])], deadline);
      if (seen !== undefined) return verdictOf(event, seen);
      const done = await withoutClaim(parts, delivered);
      await afterTheFact(lanes.run(claimSql, [provider, event.id, event.fingerprint], deadline));
      return done;
    },
  });
}
