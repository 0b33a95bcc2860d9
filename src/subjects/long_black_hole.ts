/**
 * A black hole on all roads to Redis that outlasts every deadline of the parts on Redis, and the harness's patience with them: half a second
 * and whatever they promise. Elsewhere windows are shorter, and a call that waited for their end would still be in time.
 */

import { blackHole } from "../faults/black_hole.ts";

/** What plans drawn at random have of it; the subjects promise to answer within 500 ms or little more. */
export const longBlackHole = {
  services: ["redis"],
  faults: [blackHole],
  faultsMax: 1,
  onAllRoads: true,
  withinMs: 20,
  windowMs: { min: 1_050, max: 1_150 },
  runsMin: 5,
} as const;
