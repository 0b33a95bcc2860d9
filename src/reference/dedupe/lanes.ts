/**
 * The connections for statements that stand alone: at most `connectionsMax` lanes, each taking many statements at a
 * time. A statement whose answer does not come within the deadline costs its lane, and nothing else waits for it.
 */

import { classify, OutcomeUnknown, StoreUnavailable } from "../errors.ts";
import { type Deadline, DeadlinePassed } from "./deadline.ts";
import { Lane } from "./lane.ts";
import { report } from "./log.ts";
import type { Settings } from "./options.ts";

const goodbyeMsMax = 1_000;

/** The lanes, opened when they are needed. */
export class Lanes {
  readonly #settings: Settings;
  readonly #lanes = new Set<Lane>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /**
   * Runs one statement, once. Throws StoreUnavailable (nothing happened), OutcomeUnknown (it was sent, and may have been
   * or may yet be executed), or unchanged a driver's error that is a mistake.
   */
  async run<Row>(text: string, values: readonly (string | number)[], deadline: Deadline): Promise<readonly Row[]> {
    const lane = this.#choose();
    lane.inFlight++;
    try {
      return await deadline.race(lane.query<Row>(text, values));
    } catch (error) {
      // Any class: told apart by `meaningOf`. A lane on which a statement as such failed is as good as before.
      if (error instanceof DeadlinePassed) this.#discardHung(lane);
      else if (!isStatementError(error)) this.#discard(lane);
      throw meaningOf(error, lane.greeted);
    } finally {
      lane.inFlight--;
    }
  }

  /** Closes all lanes. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#lanes].map((lane) => lane.end(goodbyeMsMax)));
    this.#lanes.clear();
  }

  /** An idle lane, or a new one, or the one with the fewest statements in flight. */
  #choose(): Lane {
    let best: Lane | undefined;
    for (const lane of this.#lanes) {
      if (lane.gone) this.#lanes.delete(lane);
      else if (best === undefined || lane.inFlight < best.inFlight) best = lane;
    }
    if (best !== undefined && (best.inFlight === 0 || this.#lanes.size >= this.#settings.connectionsMax)) return best;
    const lane = new Lane(this.#settings, (gone) => this.#lanes.delete(gone));
    this.#lanes.add(lane);
    return lane;
  }

  #discard(lane: Lane): void {
    if (!this.#lanes.delete(lane)) return;
    const { log } = this.#settings;
    lane.end(0).catch((error) => report(log, "warn", "lane_end_failed", { error }));
  }

  /** The idle lanes may hang on the same road, and would each cost one more call its deadline. */
  #discardHung(lane: Lane): void {
    report(this.#settings.log, "warn", "connection_hung", { driver: "postgres", inFlight: lane.inFlight });
    for (const other of this.#lanes) if (other === lane || other.inFlight === 0) this.#discard(other);
  }
}

/** The server refused the statement and went on: the connection is fine. */
function isStatementError(error: unknown): boolean {
  return error instanceof Error && "severity_local" in error && "severity" in error && error.severity === "ERROR";
}

/** What the failure of a single statement means. */
export function meaningOf(error: unknown, greeted: boolean): unknown {
  const kind = error instanceof DeadlinePassed ? "unknown" : classify(error);
  if (kind === "programming" || kind === "conflict") return error;
  const details = { retryAfterMs: 1_000, cause: error };
  if (kind === "nothing") {
    return new StoreUnavailable("Postgres refused, or could not be reached: nothing happened", details);
  }
  if (!greeted) return new StoreUnavailable("Postgres did not answer to the connect: nothing was sent", details);
  return new OutcomeUnknown("A statement was sent and its answer did not come: it may have been done", details);
}
