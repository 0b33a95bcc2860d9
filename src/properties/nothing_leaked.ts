/**
 * A closed instance leaves nothing behind: no connection that it opened, no timer that is still set (TypeScript alone tells of these), no
 * session at the store.
 *
 * The harness looks once an instance has ended its work as asked, and once more when the roads are closed. What is left of an
 * instance that died is the store's to clean up. A sibling judges other things that may outlive their owner.
 */

import type { Property } from "../core/property.ts";
import { holds, unknown, violated } from "../core/verdict.ts";

/** Violated by an instance that left connections, or by sessions left at the store. Examines the instances that ended as asked. */
export const nothingLeaked: Property = {
  name: "nothing_leaked",
  claim: "A closed instance leaves no connection, no timer and no session behind",
  kind: "safety",
  check(history) {
    const ended = history.instances.filter(({ event }) => event === "stopped" || event === "leaked");
    const examined = new Set(ended.map(({ instance }) => instance)).size;
    const leaked = ended.find(({ event }) => event === "leaked");
    if (leaked) {
      const what = leaked.detail ? `: ${leaked.detail}` : "";
      return violated(examined, `instance ${leaked.instance} left something behind${what}`, [leaked.index]);
    }
    if (history.quiet) return holds(examined, "no instance ended its work");
    const unquiet = history.phases.get("unquiet");
    const left = Number(/(\d+) sessions? left/.exec(unquiet?.detail ?? "")?.[1] ?? 0);
    // A fault that is still in place, and a process that did not end as asked, can keep sessions that the subject gave up.
    const excused = history.lastHealAtMs === undefined ||
      history.instances.some(({ event }) => event === "died" || event === "hung");
    if (!unquiet || left === 0 || excused) return unknown("the run did not become quiet", examined);
    return violated(examined, `${left} sessions were left at the store`, [unquiet.index]);
  },
};
