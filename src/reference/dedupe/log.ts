/**
 * The library writes nothing itself: it hands records to a hook. `JSON.stringify` of a record is one line of a log.
 * Records are masked, for they may quote what a driver said.
 */

import { mask, tell } from "../errors.ts";

/** One thing worth knowing, without secrets: what happened (`event`, a stable name) and the details as plain JSON. */
export interface LogRecord {
  readonly level: "info" | "warn" | "error";
  readonly event: string;
  readonly details: unknown;
}

/** Takes a record. What it throws is ignored, also later: a full disk under the log must not decide about an event. */
export type Log = (record: LogRecord) => void;

/** Masks and hands over a record. */
export function report(log: Log, level: LogRecord["level"], event: string, details: unknown = {}): void {
  tell(() => log({ level, event, details: mask(details) })); // a logger that fails cannot be told so by logging
}
