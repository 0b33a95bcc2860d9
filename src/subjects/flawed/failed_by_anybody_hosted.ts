/** An instance of the flawed twin `failed_by_anybody`: its failures count against whoever holds the batch by then. */

import { openFailedByAnybody } from "../../reference/flawed/failed_by_anybody.ts";
import { hostDebouncer } from "../debouncer_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDebouncer((options) => openFailedByAnybody(options));
