/**
 * The messages of a drawn history: words for what goes over a Postgres connection, with requests and replies counted as
 * the wire counts them. A new word is one more line of `requests` or `replies`.
 */

import type { Mark } from "./drawing.ts";
import type { DrawnOperation } from "./drawn.ts";
import type { MessageEntry } from "../core/history.ts";

const claim = "insert into inbox (id) values ($1) on conflict do nothing";

/** Up. A request goes from its first message to ReadyForQuery, so `parse` and the `execute` after it are one. */
const requests: Readonly<Record<string, { readonly message: string; readonly text?: string }>> = {
  connect: { message: "StartupMessage" },
  begin: { message: "Query", text: "begin" },
  commit: { message: "Query", text: "commit" },
  catalog: { message: "Query", text: "select b.oid from pg_catalog.pg_type b" },
  ping: { message: "Query", text: "select 1" },
  claim: { message: "Query", text: claim },
  lock: { message: "Query", text: "select pg_try_advisory_xact_lock($1)" },
  both: { message: "Query", text: `begin; ${claim}` },
  parse: { message: "Parse", text: claim },
  execute: { message: "Execute", text: claim },
  nameless: { message: "Execute" },
};

/** Down. */
const replies: Readonly<Record<string, { readonly message: string; readonly last?: true }>> = {
  welcome: { message: "ReadyForQuery", last: true },
  described: { message: "RowDescription" },
  row: { message: "DataRow" },
  done: { message: "CommandComplete" },
  error: { message: "ErrorResponse" },
  ready: { message: "ReadyForQuery", last: true },
};

/** All connections of a drawing: `>claim@1` is the second of its instance. */
export class Road {
  readonly #conversations = new Map<string, { requests: number; open: number[]; parsing: boolean; failed: boolean }>();

  /** The message of a mark. Throws on an unknown word, and on a reply that answers nothing. */
  message(mark: Mark, operation: DrawnOperation | undefined): MessageEntry {
    const instance = mark.lane?.instance ?? 0;
    const connection = Number(mark.inside || 0);
    const name = `${instance} ${connection}`;
    const conversation = this.#conversations.get(name) ?? { requests: 0, open: [], parsing: false, failed: false };
    this.#conversations.set(name, conversation);
    const about = { type: "message", atMs: mark.atMs, instance, service: "postgres", connection, bytes: 20 } as const;
    const of = operation ? { operation: operation.id } : {};
    if (mark.kind === "up") {
      const said = requests[mark.name];
      if (!said) throw new Error(`Cannot read a drawing: no request is called "${mark.name}"`);
      if (!conversation.parsing) conversation.open.push(mark.name === "connect" ? 0 : ++conversation.requests);
      const request = conversation.open.at(-1)!;
      conversation.parsing = mark.name === "parse";
      return { ...about, ...said, ...of, direction: "up", request };
    }
    const said = replies[mark.name];
    const request = conversation.open[0];
    if (!said || request === undefined) {
      throw new Error(`Cannot read a drawing: "${mark.name}" is no reply, or answers nothing`);
    }
    if (mark.name === "error") conversation.failed = true;
    const failed = said.last && conversation.failed ? { error: true } : {};
    if (said.last) {
      conversation.open.shift();
      conversation.failed = false;
    }
    return { ...about, ...said, ...failed, ...of, direction: "down", request };
  }
}
