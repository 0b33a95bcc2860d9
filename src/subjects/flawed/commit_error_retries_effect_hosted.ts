/** An instance of the flawed twin `commit_error_retries_effect`: repeats the effect alone when COMMIT has failed. */

import { openCommitErrorRetriesEffect } from "../../reference/flawed/commit_error_retries_effect.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe(openCommitErrorRetriesEffect);
