/** An instance of the flawed twin `commit_error_called_refused`: says that nothing happened when COMMIT has failed. */

import { openCommitErrorCalledRefused } from "../../reference/flawed/commit_error_called_refused.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe(openCommitErrorCalledRefused);
