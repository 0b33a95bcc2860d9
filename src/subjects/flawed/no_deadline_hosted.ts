/** An instance of the flawed twin `no_deadline`: waits for the store for as long as it takes. */

import { openNoDeadline } from "../../reference/flawed/no_deadline.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe(openNoDeadline);
