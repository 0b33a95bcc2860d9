/** An instance of the flawed twin `waits_for_the_lock`: a copy waits until the work on its event is over. */

import { openWaitsForTheLock } from "../../reference/flawed/waits_for_the_lock.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe(openWaitsForTheLock);
