/**
 * A panel: one part of the report, a pure function of the session.
 */

import type { VNode } from "preact";
import type { Entry } from "./history.ts";
import type { Plan } from "./plan.ts";
import type { Results } from "./results.ts";

/** A stored run that the report shows: those of violations. */
export interface ShownRun {
  readonly plan: Plan;
  readonly history: readonly Entry[];
}

/** All that a panel may draw from. */
export interface Session {
  readonly results: Results;
  /** The session before this one, if there is one to compare with. */
  readonly previous: Results | undefined;
  /** By folder, as named in `ViolationResult.run`. */
  readonly runs: ReadonlyMap<string, ShownRun>;
}

/** One part of the report. Files of `panels/` export one as default; their file names begin with their rank: `10_verdict.tsx`. */
export interface Panel {
  readonly title: string;
  /** Gives null if there is nothing to show. */
  render(session: Session): VNode | null;
}
