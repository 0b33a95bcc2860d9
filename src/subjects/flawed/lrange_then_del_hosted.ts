/** An instance of the flawed twin `lrange_then_del`: reads what waits, and takes it away then. */

import { openLrangeThenDel } from "../../reference/flawed/lrange_then_del.ts";
import { hostDebouncer } from "../debouncer_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDebouncer(openLrangeThenDel);
