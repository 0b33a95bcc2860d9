/**
 * Which message of a Postgres connection belongs to which request, and what it says in words.
 *
 * A request is all that leads to one ReadyForQuery: a Query, a FunctionCall, or everything up to a Sync. Request 0 is the connect.
 * A sibling for RESP pairs commands and replies by their order.
 */

import type { Buffer } from "node:buffer";
import { Fifo } from "./fifo.ts";
import type { Meaning } from "./framing.ts";
import { statementReadMax, statementText } from "./statement_text.ts";

// Statements with names live as long as the connection; who prepares more than this loses the text of the oldest.
const statementsMax = 1_000;

/** The requests of one connection, fed with whole messages in the order in which they pass. */
export class PostgresRequests {
  #ordinal = 0;
  /** The request that has begun and has not come to its Sync. */
  #open: number | undefined;
  /** Complete requests whose ReadyForQuery is still to come. */
  readonly #pending = new Fifo<{ readonly request: number; readonly bySync: boolean }>();
  #failed = false;
  #state = "";
  readonly #statements = new Map<string, string>();
  readonly #portals = new Map<string, string | undefined>();
  backendPid: number | undefined;

  /** Ordinal of the request that the server answers now. */
  get replying(): number {
    return this.#pending.first?.request ?? this.#open ?? this.#ordinal;
  }

  get idle(): boolean {
    return this.#state === "I" && this.#pending.length === 0 && this.#open === undefined;
  }

  /** A message from the client. `first` begins with as much of it as the framing said. */
  up(name: string, first: Buffer): Meaning {
    switch (name) {
      case "Query":
        return this.#complete(false, statementText(stringAt(first, 5).text));
      case "FunctionCall":
        return this.#complete(false);
      case "Sync":
        return this.#complete(true);
      case "Parse":
      case "Bind":
      case "Describe":
      case "Execute":
      case "Close":
      case "Flush": {
        this.#open ??= ++this.#ordinal;
        return { request: this.#open, text: this.#text(name, first), asks: name === "Flush" };
      }
      case "CopyData":
      case "CopyDone":
      case "CopyFail":
        return { request: this.#open ?? this.#ordinal, asks: name !== "CopyData" };
      case "Terminate":
        return { request: ++this.#ordinal };
      case "StartupMessage":
        this.#pending.push({ request: 0, bySync: false });
        return { request: 0, asks: true };
      case "CancelRequest":
        return { request: 0 };
      default:
        return { request: 0, asks: true };
    }
  }

  /** A message from the server. */
  down(name: string, first: Buffer): Meaning {
    const request = this.replying;
    switch (name) {
      case "ReadyForQuery": {
        this.#state = String.fromCharCode(first[5] ?? 0);
        this.#pending.shift();
        if (this.#state === "I") this.#portals.clear();
        const meaning = { request, text: this.#state, last: true, error: this.#failed };
        this.#failed = false;
        return meaning;
      }
      case "ErrorResponse": {
        this.#failed = true;
        const fields = fieldsOf(first);
        // After these the server hangs up; no ReadyForQuery ends the reply.
        const fatal = fields.V === "FATAL" || fields.V === "PANIC";
        return fatal ? { request, text: fields.C, last: true, error: true } : { request, text: fields.C };
      }
      case "NoticeResponse":
        return { request, text: fieldsOf(first).C };
      case "CommandComplete":
        return { request, text: stringAt(first, 5).text };
      case "BackendKeyData":
        if (first.length >= 9) this.backendPid = first.readInt32BE(5);
        return { request };
      case "CopyInResponse":
        this.#reopen();
        return { request };
      default:
        return { request };
    }
  }

  #complete(bySync: boolean, text?: string): Meaning {
    const request = this.#open ?? ++this.#ordinal;
    this.#open = undefined;
    this.#pending.push({ request, bySync });
    return { request, text, asks: true };
  }

  /** The server ignores a Sync that it reads while it waits for COPY data: the request ends with the one after the data. */
  #reopen(): void {
    const only = this.#pending.length === 1 ? this.#pending.first : undefined;
    if (!only?.bySync || this.#open !== undefined) return;
    this.#pending.clear();
    this.#open = only.request;
  }

  #text(name: string, first: Buffer): string | undefined {
    switch (name) {
      case "Parse": {
        const statement = stringAt(first, 5);
        const text = statementText(stringAt(first, statement.next).text);
        this.#remember(statement.text, text);
        return text;
      }
      case "Bind": {
        const portal = stringAt(first, 5);
        const text = this.#statements.get(stringAt(first, portal.next).text);
        if (this.#portals.size >= statementsMax) this.#portals.clear();
        this.#portals.set(portal.text, text);
        return text;
      }
      case "Execute":
        return this.#portals.get(stringAt(first, 5).text);
      case "Close":
        (first[5] === 0x53 ? this.#statements : this.#portals).delete(stringAt(first, 6).text);
    }
    return undefined;
  }

  #remember(statement: string, text: string): void {
    if (this.#statements.size >= statementsMax) {
      const oldest = this.#statements.keys().next();
      if (!oldest.done) this.#statements.delete(oldest.value);
    }
    this.#statements.set(statement, text);
  }
}

/** The string that ends with a zero byte, or with what was kept of the message; `next` is where the one after it begins. */
function stringAt(bytes: Buffer, from: number): { text: string; next: number } {
  if (bytes[from] === 0) return { text: "", next: from + 1 };
  const zero = bytes.indexOf(0, from);
  const end = zero < 0 ? bytes.length : zero;
  return { text: bytes.toString("utf8", from, Math.min(end, from + statementReadMax)), next: end + 1 };
}

/** The fields of an error or notice: a letter and a string each. */
function fieldsOf(bytes: Buffer): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (let at = 5; at < bytes.length && bytes[at] !== 0;) {
    const { text, next } = stringAt(bytes, at + 1);
    fields[String.fromCharCode(bytes[at]!)] = text;
    at = next;
  }
  return fields;
}
