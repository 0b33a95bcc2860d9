/** An instance of the flawed twin `empty_then_release`: looks whether more has come, and gives the conversation up then. */

import { openEmptyThenRelease } from "../../reference/flawed/empty_then_release.ts";
import { hostDebouncer } from "../debouncer_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDebouncer(openEmptyThenRelease);
