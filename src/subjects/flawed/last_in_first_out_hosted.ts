/** An instance of the flawed twin `last_in_first_out`: hands out its batches backwards. */

import { openLastInFirstOut } from "../../reference/flawed/last_in_first_out.ts";
import { hostDebouncer } from "../debouncer_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDebouncer(openLastInFirstOut);
