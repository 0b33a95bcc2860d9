/** An instance of the flawed twin `taken_off_the_list`: a dead letter that it discards is only not listed any more. */

import { openTakenOffTheList } from "../../reference/flawed/taken_off_the_list.ts";
import { hostDebouncer } from "../debouncer_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDebouncer(openTakenOffTheList);
