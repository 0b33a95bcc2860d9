/** An instance of the flawed twin `claim_that_lives_for_a_day`: its claims last for a day, and know nobody again. */

import { openClaimThatLivesForADay } from "../../reference/flawed/claim_that_lives_for_a_day.ts";
import { hostIdempotency } from "../idempotency_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostIdempotency(openClaimThatLivesForADay);
