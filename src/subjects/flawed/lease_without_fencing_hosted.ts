/** An instance of the flawed twin `lease_without_fencing`: gives every holder the same token. */

import { openLeaseWithoutFencing } from "../../reference/flawed/lease_without_fencing.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe(openLeaseWithoutFencing);
