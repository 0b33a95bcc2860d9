/** An instance of the flawed twin `in_one_process`: keeps what waits in its own memory. */

import { openInOneProcess } from "../../reference/flawed/in_one_process.ts";
import { hostDebouncer } from "../debouncer_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDebouncer(openInOneProcess);
