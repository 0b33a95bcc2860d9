/**
 * Better not at all than wrong: an instance whose store lacks what it rests on does not start, and says why.
 *
 * For scenarios whose store lacks something (a unique constraint), in which refusing is the only right outcome. A sibling
 * judges another way of not taking on work.
 */

import type { Property } from "../core/property.ts";
import { holds, unknown, violated } from "../core/verdict.ts";
import type { Line } from "../core/view.ts";

/** Violated by an instance that started, or that refused without a word. Examines the instances. */
export const refusesToStart: Property = {
  name: "refuses_to_start",
  claim: "An instance whose store lacks what it rests on does not start, and says why",
  kind: "safety",
  check(history) {
    const byInstance = Map.groupBy(history.instances, ({ instance }) => instance);
    const examined = byInstance.size;
    for (const [instance, events] of byInstance) {
      const started = events.find(({ event }) => event === "started");
      if (started) return violated(examined, `instance ${instance} started without what it rests on`, [started.index]);
      const silent = events.find(({ event, detail }) => event === "start_failed" && !detail?.trim());
      if (silent) return violated(examined, `instance ${instance} did not start and did not say why`, [silent.index]);
    }
    const undecided = [...byInstance].find(([, events]) => !events.some(refused));
    if (undecided) return unknown(`instance ${undecided[0]} neither started nor refused to`, examined);
    return holds(examined, "no instance was started");
  },
};

function refused({ event }: Line<"instance">): boolean {
  return event === "start_failed";
}
