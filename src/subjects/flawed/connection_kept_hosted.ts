/** An instance of the flawed twin `connection_kept`: it opens a connection that it never closes. */

import { openConnectionKept } from "../../reference/flawed/connection_kept.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe(openConnectionKept);
