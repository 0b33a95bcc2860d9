/** An instance of the flawed twin `bodies_not_compared`: all bodies of an id are the same to it. */

import { openBodiesNotCompared } from "../../reference/flawed/bodies_not_compared.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe(openBodiesNotCompared);
