/** An instance of the flawed twin `rejection_nobody_hears`: a delivery that fails ends its process. */

import { openRejectionNobodyHears } from "../../reference/flawed/rejection_nobody_hears.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe((options) => openRejectionNobodyHears(options));
