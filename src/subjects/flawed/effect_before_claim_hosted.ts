/** An instance of the flawed twin `effect_before_claim`: commits its effect before its claim. */

import { openEffectBeforeClaim } from "../../reference/flawed/effect_before_claim.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe(openEffectBeforeClaim);
