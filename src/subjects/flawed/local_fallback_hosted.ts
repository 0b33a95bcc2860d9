/** An instance of the flawed twin `local_fallback`: counts by itself while Redis is down. */

import { openLocalFallback } from "../../reference/flawed/local_fallback.ts";
import { hostLimiter } from "../limiter_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostLimiter(openLocalFallback);
