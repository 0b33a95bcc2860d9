/**
 * The run was disturbed as planned: each fault, cut and hold is certain to have struck, and an operation met each fault.
 *
 * A run that was not disturbed shows nothing about disturbances, so this never accuses a subject: it is unknown, and says
 * why. Cuts and holds are confirmed by the wire alone. A sibling judges another condition of a run that counts.
 */

import { overlapped, voidReason } from "../core/disturbance.ts";
import { disturbs } from "../core/plan.ts";
import type { Property } from "../core/property.ts";
import { holds, unknown } from "../core/verdict.ts";

/** Never violated. Examines the planned disturbances. */
export const wasDisturbed: Property = {
  name: "was_disturbed",
  claim: "The planned disturbances really happened, while operations were under way",
  kind: "safety",
  check(history) {
    const { plan, disturbances } = history;
    if (!disturbs(plan)) return unknown("nothing was planned");
    const reason = voidReason(history).void;
    if (reason) return unknown(reason);
    for (const { id, fault } of plan.faults) {
      if (!overlapped(history, disturbances.get(id)!)) {
        return unknown(`no operation was under way while ${fault} was in place`);
      }
    }
    return holds(plan.faults.length + plan.cuts.length + plan.holds.length);
  },
};
