/**
 * One made operation's talk with its instance's store: each exchange is a statement and its reply, as the wire would record
 * them, and takes a little time. A sibling would speak another protocol.
 */

import type { Entry, MessageEntry } from "../core/history.ts";

/** What the entries of an operation have in common, and where they go. */
interface About {
  readonly timed: Entry[];
  readonly instance: number;
  readonly connection: number;
  readonly operation: string;
  readonly atMs: number;
}

/** One operation, from its invocation on. */
export class Conversation {
  readonly instance: number;
  readonly operation: string;
  nowMs: number;
  readonly #about: About;
  #request: number;

  constructor(about: About) {
    this.#about = about;
    this.instance = about.instance;
    this.operation = about.operation;
    this.nowMs = about.atMs;
    // Requests of a connection count on from operation to operation; no operation has a thousand.
    this.#request = Number(about.operation.slice(about.operation.indexOf(".") + 1)) * 1_000;
  }

  add(entry: Entry): void {
    this.#about.timed.push(entry);
  }

  /** A little time passes. */
  pass(): void {
    this.nowMs += 0.5;
  }

  note(kind: string, data: unknown = null): void {
    this.pass();
    this.add({ type: "note", atMs: this.nowMs, instance: this.instance, operation: this.operation, kind, data });
  }

  /** A statement and its reply: in full, as an error, or none at all. */
  exchange(text: string, reply: "done" | "error" | "lost" = "done"): void {
    this.#request++;
    this.pass();
    const simple = text === "begin" || text === "commit";
    if (simple) this.#message("up", "Query", { text });
    else {
      this.#message("up", "Bind", { text });
      this.#message("up", "Execute", { text });
      this.#message("up", "Sync");
    }
    this.pass();
    if (reply === "lost") return;
    if (reply === "done") {
      if (!simple) this.#message("down", "BindComplete");
      this.#message("down", "CommandComplete", { text: text.split(" ", 1)[0]!.toUpperCase() });
    } else this.#message("down", "ErrorResponse", { text: "53300" });
    this.#message("down", "ReadyForQuery", { text: "T", last: true, error: reply === "error" });
  }

  #message(
    direction: MessageEntry["direction"],
    message: string,
    more: Pick<MessageEntry, "text"> | Pick<MessageEntry, "text" | "last" | "error"> = {},
  ): void {
    const { instance, connection, operation } = this.#about;
    const of = {
      instance,
      service: "postgres",
      connection,
      direction,
      message,
      bytes: 24,
      request: this.#request,
    } as const;
    this.add({ type: "message", atMs: this.nowMs, ...of, ...more, operation });
  }
}
