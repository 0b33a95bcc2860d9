/**
 * The marks of the runs of a series: they share instances, tables and the sink, so every key and operation that an instance
 * sees begins with the mark of its run, and no history ever shows one. A run that is alone has none.
 */

import type { Effect } from "../core/subject.ts";

/** The mark of one run. */
export class Mark {
  readonly text: string;

  /** `index` is the run's place in its series; undefined for a run that is alone. */
  constructor(index?: number) {
    this.text = index === undefined ? "" : `~${index}~`;
  }

  /** A key or operation as instances see it. */
  on(name: string): string {
    return this.text + name;
  }

  /** True if the key or operation is this run's. */
  owns(name: string | undefined): boolean {
    return name !== undefined && name.startsWith(this.text);
  }

  /** The same value as the plan would have it: without the mark, wherever a text holds it. */
  off<T>(value: T): T {
    if (this.text === "" || value === undefined || value === null) return value;
    if (typeof value === "string") return value.replaceAll(this.text, "") as T;
    const json = JSON.stringify(value);
    return json.includes(this.text) ? JSON.parse(json.replaceAll(this.text, "")) : value;
  }

  /** True if a durable effect is this run's: as its operation says, or else its key. */
  made(effect: Effect): boolean {
    return this.owns(effect.operation) || this.owns(effect.key);
  }
}
