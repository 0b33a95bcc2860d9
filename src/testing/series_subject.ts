/**
 * A subject for tests of series: it makes its effect at the sink, at once or late, in its own words or with a hang.
 */

import type { Operation } from "../core/plan.ts";
import type { Hosted, Subject } from "../core/subject.ts";

/** One request. */
export interface Asked extends Operation {
  /** The effect is made so many ms after the answer. */
  readonly lateMs?: number;
  /** A timer is set for a long time, and nobody takes it away. */
  readonly leaves?: boolean;
  /** It is never answered. */
  readonly hangs?: boolean;
}

/** The harness's half. */
export const seriesSubject: Subject<Asked> = {
  name: "subject of series",
  needs: ["postgres"],
  host: { module: new URL(import.meta.url) },
  promises: { answersWithinMs: 200, convergesWithinMs: 2_000 },
  reusable: true,
};

/** The instance's half. */
export const hosted: Hosted<Asked> = {
  start(world) {
    const seen = new Set<string>();
    const late = new Set<Promise<unknown>>();
    return Promise.resolve({
      async invoke({ key, lateMs, leaves, hangs }, { operation, signal }) {
        if (hangs) await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        if (leaves) setTimeout(() => undefined, 60_000);
        const verdict = seen.has(key) ? "duplicate" : "first";
        seen.add(key);
        const effect = async () => {
          if (lateMs) await new Promise((resolve) => setTimeout(resolve, lateMs));
          await world.sink({ about: key }, { operation, key });
        };
        const made = effect();
        late.add(made);
        if (!lateMs) await made;
        world.note("said", { key, verdict }, operation);
        return { verdict, key };
      },
      async [Symbol.asyncDispose]() {
        await Promise.all(late);
      },
    });
  },
};
