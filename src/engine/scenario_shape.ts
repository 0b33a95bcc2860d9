/**
 * Whether what a file of `scenarios/` exports is a scenario. The compiler says so too, but not to who only runs it; and a
 * scenario that is none would otherwise fail in the middle of a session. A sibling looks at another kind of plug-in.
 */

type Fields = Readonly<Record<string, unknown>>;

const strategies: readonly unknown[] = ["cuts", "sample"];
const services: readonly unknown[] = ["postgres", "redis"];

/** Why a default export is no scenario, as the end of a sentence; undefined if it is one. */
export function whatIsWrong(exported: unknown): string | undefined {
  if (!isObject(exported)) return "it has no default export made by claim(), control() or limit()";
  const { kind, title, subject, plans } = exported;
  if (!["claim", "control", "limit"].includes(String(kind))) {
    return `its kind is "${kind}", not claim, control or limit`;
  }
  if (typeof title !== "string" || title === "") return "it has no title";
  return wrongWithSubject("subject", subject) ?? wrongWithPlans(plans) ?? wrongWithProperties(exported) ??
    (kind === "control" ? wrongWithSubject("good one", exported.good) : undefined);
}

function wrongWithSubject(which: string, subject: unknown): string | undefined {
  if (!isObject(subject)) return `it has no ${which}`;
  const { name, host, promises } = subject;
  if (typeof name !== "string") return `its ${which} has no name`;
  const { module, command } = isObject(host) ? host : {};
  if (!(module instanceof URL) && !Array.isArray(command)) {
    return `its ${which} says neither by a module's URL nor by a command where its instances live`;
  }
  const { needs } = subject;
  if (!Array.isArray(needs) || needs.length === 0 || !needs.every((service) => services.includes(service))) {
    return `its ${which} does not say which stores it needs (${services.join(", ")})`;
  }
  const times = isObject(promises) ? promises : {};
  const missing = ["answersWithinMs", "convergesWithinMs"].find((time) => typeof times[time] !== "number");
  return missing && `its ${which} does not promise ${missing}`;
}

function wrongWithPlans(plans: unknown): string | undefined {
  if (!isObject(plans) || typeof plans.strategy !== "string") return "its plans name no strategy";
  const { strategy, workload, faults, operation, disturb } = plans;
  if (!strategies.includes(strategy)) return `there is no strategy "${strategy}" (${strategies.join(", ")})`;
  if (strategy === "sample") {
    if (!isObject(workload) || typeof workload.generate !== "function") {
      return "its workload is no arbitrary of fast-check";
    }
    return Array.isArray(faults) ? undefined : "its plans list no faults, not even none";
  }
  if (!isObject(operation) || typeof operation.key !== "string") return "its plans name no operation with a key";
  return Array.isArray(disturb) ? undefined : "its plans do not say how to disturb";
}

function wrongWithProperties({ kind, properties, names }: Fields): string | undefined {
  if (kind !== "claim") return isProperty(names) ? undefined : "it names no property that must be violated";
  if (!Array.isArray(properties) || properties.length === 0) return "it claims no property";
  return properties.every(isProperty) ? undefined : "one of its properties is none: it has no name, or checks nothing";
}

function isProperty(value: unknown): boolean {
  return isObject(value) && typeof value.name === "string" && typeof value.check === "function";
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}
