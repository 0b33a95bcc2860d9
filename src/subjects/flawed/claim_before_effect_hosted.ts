/** An instance of the flawed twin `claim_before_effect`: commits its claim before its effect. */

import { openClaimBeforeEffect } from "../../reference/flawed/claim_before_effect.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe(openClaimBeforeEffect);
