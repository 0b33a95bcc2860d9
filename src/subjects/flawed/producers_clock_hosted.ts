/** An instance of the flawed twin `producers_clock`: lets the clock of the producer decide. */

import { openProducersClock } from "../../reference/flawed/producers_clock.ts";
import { hostDebouncer } from "../debouncer_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDebouncer(openProducersClock);
