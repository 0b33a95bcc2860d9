/** An instance of the flawed twin `lease_taken_over_while_it_runs`: gives a leased event to whoever asks for it. */

import { openLeaseTakenOverWhileItRuns } from "../../reference/flawed/lease_taken_over_while_it_runs.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe(openLeaseTakenOverWhileItRuns);
