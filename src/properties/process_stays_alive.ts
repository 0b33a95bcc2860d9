/**
 * The process survives: whatever becomes of its connections, an instance does not die of it.
 *
 * A death that a fault of the process itself brought about is no finding; nor is the end of a process that refused to
 * start, was asked to end, or was given up by the harness because it hung or spoke nonsense. A sibling judges how else a process may fail to be there.
 */

import { strikesProcess } from "../core/disturbance.ts";
import type { Property } from "../core/property.ts";
import { holds, violated } from "../core/verdict.ts";
import type { Line, View } from "../core/view.ts";

/** Violated by a death that nothing but the subject brought about. Examines the instances that started. */
export const processStaysAlive: Property = {
  name: "process_stays_alive",
  claim: "An instance's process never dies of a disturbance of its stores",
  kind: "safety",
  check(history) {
    const running = new Set<number>();
    const examined = new Set<number>();
    let death: Line<"instance"> | undefined;
    for (const entry of history.instances) {
      const { event, instance } = entry;
      if (event === "started") {
        running.add(instance);
        examined.add(instance);
      }
      if (event === "died" && running.has(instance) && !killed(history, entry)) death ??= entry;
      if (event !== "started") running.delete(instance);
    }
    if (!death) return holds(examined.size, "no instance started");
    const detail = death.detail ? `: ${death.detail}` : "";
    return violated(examined.size, `the process of instance ${death.instance} died${detail}`, [death.index]);
  },
};

/** True if a fault of the process was in place when it died, or had been. */
function killed(history: View, { instance, atMs }: Line<"instance">): boolean {
  for (const disturbance of history.disturbances.values()) {
    const fromMs = disturbance.injectedAtMs ?? disturbance.struckAtMs ?? Infinity;
    const toMs = disturbance.healedAtMs ?? Infinity;
    if (strikesProcess(disturbance, instance) && fromMs <= atMs && atMs <= toMs) return true;
  }
  return false;
}
