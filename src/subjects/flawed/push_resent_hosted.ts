/** An instance of the flawed twin `push_resent`: pushes over a client that sends again what was not answered. */

import { openPushResent } from "../../reference/flawed/push_resent.ts";
import { hostDebouncer } from "../debouncer_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDebouncer(openPushResent);
