/**
 * Claim committed before the effect, and no lease: the event's row is written and committed, and then the handler runs in
 * a transaction of its own. Met as "insert the id first, so that nobody else takes it", with `ON CONFLICT DO NOTHING` done
 * right, and in everything that sets a key in a cache and then works.
 *
 * What goes wrong: whoever fails in between leaves a row that says "done" of an event that nobody has processed. The
 * sender comes again and is told "duplicate": the event is lost, although every answer was given in good faith.
 */

import { type LookedAt, verdictOf } from "../dedupe/look.ts";
import type { DedupeOptions } from "../dedupe/mod.ts";
import { claimSql, lookSql } from "../dedupe/sql.ts";
import { textArray } from "../dedupe/text_array.ts";
import { openTwin, type Twin } from "./twin.ts";
import { withoutClaim } from "./without_claim.ts";

/** Opens the twin that commits its claim, and then begins to work. */
export function openClaimBeforeEffect(options: DedupeOptions): Promise<Twin> {
  return openTwin(options, {
    async transactional(parts, delivered) {
      const [{ lanes, settings: { provider } }, { event, deadline }] = [parts, delivered];
      const claimed = await lanes.run(claimSql, [provider, event.id, event.fingerprint], deadline);
      if (claimed.length === 1) return await withoutClaim(parts, delivered);
      const [seen] = await lanes.run<LookedAt>(lookSql, [provider, textArray([event.id])], deadline);
      return verdictOf(event, seen);
    },
  });
}
