/** An instance of the flawed twin `says_not_processed_on_an_error`: takes a task for a new one when its claim fails. */

import { openSaysNotProcessedOnAnError } from "../../reference/flawed/says_not_processed_on_an_error.ts";
import { hostIdempotency } from "../idempotency_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostIdempotency(openSaysNotProcessedOnAnError);
