/** An instance of the flawed twin `errors_answered_duplicate`: says "duplicate" when the store fails. */

import { openErrorsAnsweredDuplicate } from "../../reference/flawed/errors_answered_duplicate.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe(openErrorsAnsweredDuplicate);
