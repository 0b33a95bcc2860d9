/** An instance of the flawed twin `constraint_taken_for_granted`: it does not look whether its constraint is there. */

import { openConstraintTakenForGranted } from "../../reference/flawed/constraint_taken_for_granted.ts";
import { hostDedupe } from "../dedupe_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostDedupe(openConstraintTakenForGranted);
