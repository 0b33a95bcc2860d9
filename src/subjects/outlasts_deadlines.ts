/**
 * A window on all roads to Redis that outlasts every deadline of the parts on Redis, and the harness's patience with them: half a second and
 * whatever they promise. Elsewhere windows are shorter, and a call that waited for their end would still be in time.
 */

/** What plans drawn at random have of it; the subjects promise to answer within 500 ms or little more. */
export const outlastsDeadlines = {
  services: ["redis"],
  faultsMax: 1,
  onAllRoads: true,
  withinMs: 20,
  windowMs: { min: 1_050, max: 1_150 },
  runsMin: 5,
} as const;
