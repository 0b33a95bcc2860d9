/** An instance of the flawed twin `fails_open`: lets the event through when the store fails. */

import { openFailsOpen } from "../../reference/flawed/fails_open.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe(openFailsOpen);
