/**
 * What was disturbed, in words: cuts with the side of the message at which they struck, holds, and fault windows. A new
 * kind of disturbance of the wire is one more function here; a fault of `faults/` needs none.
 */

import type { MessageEntry } from "../core/history.ts";
import { describePlace, type MessagePlace, type Place } from "../core/place.ts";
import type { PlannedCut, PlannedHold } from "../core/plan.ts";
import type { DisturbanceView, View } from "../core/view.ts";
import { listed, short } from "./story_sentences.ts";

/** What one disturbance did, with the place or the window at which it did it. */
export function sayDisturbance(view: View, disturbance: DisturbanceView): string {
  const cut = view.plan.cuts.find((planned) => planned.id === disturbance.id);
  if (cut) return sayCut(view, disturbance, cut);
  const hold = view.plan.holds.find((planned) => planned.id === disturbance.id);
  if (hold) return sayHold(view, disturbance, hold);
  return sayFault(disturbance);
}

function sayCut(view: View, disturbance: DisturbanceView, cut: PlannedCut): string {
  const where = describePlace(cut.place);
  if (!disturbance.confirmed) return `the connection of instance ${cut.instance} was to be cut and was not (${where})`;
  const statement = statementAt(view, disturbance, cut);
  return `the connection of instance ${cut.instance} was cut ${side(cut.place, statement)} (${where})`;
}

/** On which side of the message the cut struck, as an instance's author would say it. */
function side(place: Place, statement: string | undefined): string {
  const of = statement === undefined ? "" : ` \`${statement}\``;
  if (place.direction === "up") {
    const message = of === "" ? `its ${place.message}` : of.trimStart();
    if (place.byte === 0) return `before ${message} reached the store`;
    return place.byte === "end" ? `after ${message} had reached the store` : `in the middle of ${message}`;
  }
  const reply = of === "" ? `the reply ${place.message}` : `the reply to${of}`;
  if (place.byte === 0) return `before ${reply} came through`;
  return place.byte === "end" ? `after ${reply}` : `in the middle of ${reply}`;
}

function sayHold(view: View, disturbance: DisturbanceView, hold: PlannedHold): string {
  const where = describePlace(hold.place);
  if (hold.kind === "stall") {
    const statement = statementAt(view, disturbance, hold);
    const what = statement === undefined ? `the ${hold.place.message}` : `\`${statement}\``;
    const verb = disturbance.confirmed ? `was held for ${hold.forMs} ms` : "was to be held and was not";
    return `${what} of ${hold.operation} ${verb} (${where})`;
  }
  const who = listed(Object.keys(hold.operations).map((instance) => `instance ${instance}`));
  return disturbance.confirmed
    ? `${who} were held in the same gap and let go together (${where})`
    : `${who} were to be let into the same gap together, and were not (${where})`;
}

function sayFault(disturbance: DisturbanceView): string {
  const { fault, instance, evidence } = disturbance;
  const name = fault.replaceAll("_", " ");
  const whose = instance === "all" ? "all instances" : `instance ${instance}`;
  const lastedMs = disturbance.injectedAtMs === undefined || disturbance.healedAtMs === undefined
    ? undefined
    : Math.round(disturbance.healedAtMs - disturbance.injectedAtMs);
  const time = lastedMs === undefined ? "" : ` for ${lastedMs} ms`;
  const shown = evidence ? `: ${short(evidence)}` : "";
  return `${name} at ${whose}${time}${disturbance.confirmed ? "" : ", unconfirmed"}${shown}`;
}

/**
 * The statement in whose request or reply the disturbance struck, if the road recorded it. A message that was not wholly
 * passed on is not in the history, so on the way up only the rest of its request can tell.
 */
function statementAt(view: View, disturbance: DisturbanceView, at: { place: MessagePlace | Place; operation: string }) {
  const struck = disturbance.entries.find((entry) => entry.event === "struck");
  if (!struck) return undefined;
  const before = view.messages.filter((message) =>
    message.index < struck.index && message.operation === at.operation && message.service === at.place.service
  );
  const last = before.at(-1);
  if (!last) return undefined;
  const whole = "byte" in at.place && at.place.byte === "end";
  if (at.place.direction === "up" && !whole && (last.direction === "down" || endsRequest(last))) {
    return undefined;
  }
  const asked = before.findLast((message) =>
    message.direction === "up" && message.connection === last.connection && message.request === last.request &&
    statementOf(message) !== undefined
  );
  return asked && short(statementOf(asked)!);
}

/** What an up message asks for, in words: a command of Redis is called by its name. */
function statementOf({ service, message, text }: MessageEntry): string | undefined {
  return service === "redis" ? message : text;
}

/** Messages after which the next one on the way up begins another request. */
function endsRequest({ service, message }: MessageEntry): boolean {
  return service === "redis" ? message !== "MULTI" : message === "Query" || message === "Sync";
}
