/** The effect is made, its completion fails in a way that means "nothing happened", and that is what the call says. */

import { removal } from "../removal.ts";

export default removal({
  without: "OutcomeUnknown for a completion that certainly failed after the effect was made",
  promise: "unavailable-did-nothing",
  edits: [{
    file: "src/reference/dedupe/after_the_fact.ts",
    before: "    if (!(error instanceof StoreUnavailable)) throw error;\n",
    after: "    if (error instanceof StoreUnavailable || true) throw error;\n",
  }],
  expects: { scenario: "dedupe/leased_holds_when_slots_are_used_up", violates: "refused_did_nothing" },
});
