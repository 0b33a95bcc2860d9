/**
 * The messages of a drawn history: words for what goes over a connection to Postgres or Redis, with requests and replies counted as
 * the wire counts them. A new word is one more line of `requests` or `replies`.
 */

import type { Mark } from "./drawing.ts";
import type { DrawnOperation } from "./drawn_operation.ts";
import type { MessageEntry } from "../core/history.ts";
import type { Service } from "../core/place.ts";

const claim = "insert into inbox (id) values ($1) on conflict do nothing";

/** A word of the protocol; of Postgres, if not said. */
interface Said {
  readonly message: string;
  readonly text?: string;
  readonly service?: Service;
  readonly last?: true;
  readonly error?: true;
}

const redis = { service: "redis" } as const;

/** Up. A request goes from its first message to its last reply, so `parse` and the `execute` after it are one. */
const requests: Readonly<Record<string, Said>> = {
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
  hello: { ...redis, message: "HELLO" },
  setinfo: { ...redis, message: "CLIENT SETINFO" },
  info: { ...redis, message: "INFO" },
  load: { ...redis, message: "SCRIPT LOAD" },
  push: { ...redis, message: "EVALSHA push" },
  pushtext: { ...redis, message: "EVAL push" },
  rpush: { ...redis, message: "RPUSH" },
  take: { ...redis, message: "EVALSHA take" },
  limit: { ...redis, message: "EVALSHA limit" },
};

/** Down. */
const replies: Readonly<Record<string, Said>> = {
  welcome: { message: "ReadyForQuery", last: true },
  described: { message: "RowDescription" },
  row: { message: "DataRow" },
  done: { message: "CommandComplete" },
  error: { message: "ErrorResponse" },
  ready: { message: "ReadyForQuery", last: true },
  fine: { ...redis, message: "SimpleString", last: true },
  number: { ...redis, message: "Integer", last: true },
  list: { ...redis, message: "Array", last: true },
  none: { ...redis, message: "Null", last: true },
  refusal: { ...redis, message: "Error", last: true, error: true },
};

/** All connections of a drawing: `>claim@1` is the second of its instance. */
export class Road {
  readonly #conversations = new Map<string, { requests: number; open: number[]; parsing: boolean; failed: boolean }>();

  /** The message of a mark. Throws on an unknown word, and on a reply that answers nothing. */
  message(mark: Mark, operation: DrawnOperation | undefined): MessageEntry {
    const instance = mark.lane?.instance ?? 0;
    const connection = Number(mark.inside || 0);
    const said = (mark.kind === "up" ? requests : replies)[mark.name];
    if (!said) {
      throw new Error(`Cannot read a drawing: no ${mark.kind === "up" ? "request" : "reply"} is called "${mark.name}"`);
    }
    const { service = "postgres" } = said;
    const name = `${service} ${instance} ${connection}`;
    const conversation = this.#conversations.get(name) ?? { requests: 0, open: [], parsing: false, failed: false };
    this.#conversations.set(name, conversation);
    const about = { type: "message", atMs: mark.atMs, instance, service, connection, bytes: 20 } as const;
    const of = operation ? { operation: operation.id } : {};
    if (mark.kind === "up") {
      if (!conversation.parsing) conversation.open.push(mark.name === "connect" ? 0 : ++conversation.requests);
      const request = conversation.open.at(-1)!;
      conversation.parsing = mark.name === "parse";
      return { ...about, ...said, ...of, direction: "up", request };
    }
    const request = conversation.open[0];
    if (request === undefined) throw new Error(`Cannot read a drawing: "${mark.name}" answers nothing`);
    if (mark.name === "error") conversation.failed = true;
    const failed = said.last && conversation.failed ? { error: true } : {};
    if (said.last) {
      conversation.open.shift();
      conversation.failed = false;
    }
    return { ...about, ...said, ...failed, ...of, direction: "down", request };
  }
}
