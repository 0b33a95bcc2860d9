/** An instance of the flawed twin `outage_answered_429`: says "too many" when it cannot ask. */

import { openOutageAnswered429 } from "../../reference/flawed/outage_answered_429.ts";
import { hostLimiter } from "../limiter_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostLimiter(openOutageAnswered429);
