/** An instance of the flawed twin `lease_completed_by_anybody`: believes whoever says that an event is done. */

import { openLeaseCompletedByAnybody } from "../../reference/flawed/lease_completed_by_anybody.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe(openLeaseCompletedByAnybody);
