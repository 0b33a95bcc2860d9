/** An instance of the flawed twin `lpop_then_handle`: keeps nothing of what it hands out. */

import { openLpopThenHandle } from "../../reference/flawed/lpop_then_handle.ts";
import { hostDebouncer } from "../debouncer_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDebouncer(openLpopThenHandle);
