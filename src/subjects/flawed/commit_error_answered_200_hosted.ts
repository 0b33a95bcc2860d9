/** An instance of the flawed twin `commit_error_answered_200`: acknowledges when COMMIT has failed. */

import { openCommitErrorAnswered200 } from "../../reference/flawed/commit_error_answered_200.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe(openCommitErrorAnswered200);
