/** An instance of the flawed twin `remembers_for_a_lease`: what is done is known for as long as a lease runs. */

import { openRemembersForALease } from "../../reference/flawed/remembers_for_a_lease.ts";
import { hostIdempotency } from "../idempotency_hosted.ts";

/** The twin, hosted as the good one is. */
export const hosted = hostIdempotency(openRemembersForALease);
