/** An instance of the flawed twin `lease_never_taken_over`: never takes over an expired lease. */

import { openLeaseNeverTakenOver } from "../../reference/flawed/lease_never_taken_over.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe(openLeaseNeverTakenOver);
