/** An instance of the flawed twin `retry_after_dropped`: whoever is told to come again is not told when. */

import { openRetryAfterDropped } from "../../reference/flawed/retry_after_dropped.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe(openRetryAfterDropped);
