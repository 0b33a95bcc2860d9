/** An instance of the flawed twin `mistakes_swallowed`: each of its handlers succeeds, whatever it throws. */

import { openMistakesSwallowed } from "../../reference/flawed/mistakes_swallowed.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe(openMistakesSwallowed);
