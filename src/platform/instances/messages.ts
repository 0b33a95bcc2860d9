/**
 * The messages between the harness and the process of an instance: one JSON object a line. docs/protocol.md is this file
 * in prose, for people who write a host in another language; whoever changes one changes the other, and the version.
 *
 * What the harness reads was written by a subject, so it is checked field by field; a field that is not known is ignored.
 */

import type { Operation } from "../../core/plan.ts";
import type { Service } from "../../core/place.ts";
import type { Namespace } from "../../core/subject.ts";

/** The version of the protocol that this harness speaks, and the only one that it accepts in a hello. */
export const protocolVersion = 1;

/** What the harness says to an instance. */
export type ToInstance =
  | {
    readonly type: "start";
    /** URL of the hosted module; absent for a command, which knows what it runs. */
    readonly module?: string;
    readonly instance: number;
    readonly namespace: Namespace;
    readonly options: Readonly<Record<string, unknown>>;
    readonly urls: Readonly<Partial<Record<Service, string>>>;
    readonly sink: string;
    readonly clockOffsetMs: number;
  }
  | { readonly type: "invoke"; readonly operation: string; readonly op: Operation }
  | { readonly type: "cancel"; readonly operation: string }
  | { readonly type: "ping"; readonly id: number }
  | { readonly type: "stop" };

/** How one operation ended, as the instance says it. */
export type OutcomeMessage =
  & { readonly type: "outcome"; readonly operation: string }
  & (
    | { readonly outcome: "ok"; readonly value?: unknown }
    | { readonly outcome: "fail"; readonly reason: string; readonly final: boolean }
    | { readonly outcome: "info"; readonly reason: string }
  );

/** What an instance says to the harness. */
export type FromInstance =
  | { readonly type: "hello"; readonly version: number; readonly pid: number }
  | { readonly type: "started" }
  | { readonly type: "start_failed"; readonly reason: string; readonly code?: string }
  | OutcomeMessage
  | { readonly type: "note"; readonly kind: string; readonly data?: unknown; readonly operation?: string }
  | { readonly type: "pong"; readonly id: number }
  /** `reason`: ending its work threw this; `timers`: how many it left behind. */
  | { readonly type: "stopped"; readonly reason?: string; readonly timers?: number };

/** A line that is no message, and why. */
export interface Malformed {
  readonly type: "malformed";
  readonly why: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Writes a message as its line, newline included; a bigint becomes a string of digits. Throws a TypeError on cycles. */
export function writeLine(message: ToInstance | FromInstance): string {
  return JSON.stringify(message, (_, value) => typeof value === "bigint" ? value.toString() : value) + "\n";
}

/** Reads a line of an instance. What is wrong with it is a value, for it is the subject's fault. */
export function readLine(line: string): FromInstance | Malformed {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return malformed("it is not JSON");
  }
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) return malformed("it is not an object");
  return readMessage(fields as Fields);
}

function readMessage(fields: Fields): FromInstance | Malformed {
  const { type } = fields;
  switch (type) {
    case "hello":
      return isCount(fields.version) && isCount(fields.pid)
        ? { type, version: fields.version, pid: fields.pid }
        : malformed("a hello needs the whole numbers version and pid");
    case "started":
      return { type };
    case "start_failed":
      return typeof fields.reason === "string" && isOptionalText(fields.code)
        ? { type, reason: fields.reason, ...(fields.code === undefined ? {} : { code: fields.code }) }
        : malformed("a start_failed needs the text reason, and code may be a text");
    case "outcome":
      return readOutcome(fields);
    case "note":
      return typeof fields.kind === "string" && isOptionalText(fields.operation)
        ? {
          type,
          kind: fields.kind,
          data: fields.data,
          ...(fields.operation === undefined ? {} : { operation: fields.operation }),
        }
        : malformed("a note needs the text kind, and operation may be a text");
    case "pong":
      return isCount(fields.id) ? { type, id: fields.id } : malformed("a pong needs the whole number id");
    case "stopped":
      return isOptionalText(fields.reason) && (fields.timers === undefined || isCount(fields.timers))
        ? {
          type,
          ...(fields.reason === undefined ? {} : { reason: fields.reason }),
          ...(fields.timers === undefined ? {} : { timers: fields.timers }),
        }
        : malformed("in a stopped, reason may be a text and timers a whole number");
    default:
      return malformed(typeof type === "string" ? `its type "${type.slice(0, 40)}" is unknown` : "it has no type");
  }
}

function readOutcome(fields: Fields): OutcomeMessage | Malformed {
  const { operation, outcome, reason } = fields;
  if (typeof operation !== "string") return malformed("an outcome needs the text operation");
  if (outcome === "ok") return { type: "outcome", operation, outcome, value: fields.value };
  if (outcome !== "fail" && outcome !== "info") return malformed("an outcome is one of ok, fail and info");
  if (typeof reason !== "string") return malformed(`an outcome that is ${outcome} needs the text reason`);
  if (outcome === "info") return { type: "outcome", operation, outcome, reason };
  if (fields.final !== undefined && typeof fields.final !== "boolean") return malformed("final is true or false");
  return { type: "outcome", operation, outcome, reason, final: fields.final ?? false };
}

function malformed(why: string): Malformed {
  return { type: "malformed", why };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}
