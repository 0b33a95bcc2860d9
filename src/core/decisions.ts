/**
 * Decisions of the stores: complete replies, without an error, to statements that may say whether an operation goes on. Read off the
 * messages of a history in one pass. What decides nothing is known by its name: replies to connecting, to settings, to the brackets
 * of a transaction, and of the catalog. A new store is one more reading here.
 */

import type { MessageEntry } from "./history.ts";

/** A complete reply, without an error, to a statement that may decide whether an operation goes on. */
export interface DecisionView {
  /** Index of the message that asked the store to execute the statement. */
  readonly asked: number;
  /** Index of the message that completes the reply. */
  readonly answered: number;
}

type Message = MessageEntry & { readonly index: number };

/** Reads the messages of a history, in their order. */
export class Decisions {
  /** By instance, in the order in which they crossed the wire to it. */
  readonly byInstance = new Map<number, DecisionView[]>();
  readonly #conversations = new Map<string, PostgresConversation | RedisConversation>();

  /** The next message. */
  read(message: Message): void {
    const { instance, service, connection } = message;
    const name = `${instance} ${service} ${connection}`;
    let conversation = this.#conversations.get(name);
    if (!conversation) {
      conversation = service === "postgres" ? new PostgresConversation() : new RedisConversation();
      this.#conversations.set(name, conversation);
    }
    const decided = message.direction === "up" ? conversation.asked(message) : conversation.answered(message);
    if (!decided) return;
    const known = this.byInstance.get(instance);
    if (known) known.push(decided);
    else this.byInstance.set(instance, [decided]);
  }
}

/** Statements that open, close or set something, or ask the catalog: their replies say nothing about an operation. */
const decidesNothing = new RegExp(
  [
    "^(begin|start|commit|end|rollback|abort|savepoint|release|set|show|reset|discard|deallocate|listen|unlisten)\\b",
    "^select\\s+[^\\s()]+$",
    "^select\\s+(pg_(?!\\w*advisory)\\w+|set_config|current_setting|version|now)\\s*\\(",
    '^select\\b.*\\b(from|join)\\s+"?(pg_|information_schema)',
  ].join("|"),
  "is",
);

/** A request under way: its statements, how many of them are complete, whether the store has reported an error. */
interface Request {
  readonly statements: { readonly asked: number; readonly decides: boolean }[];
  complete: number;
  failed: boolean;
}

/** What was said on one connection to Postgres: requests by their ordinals, and the statement parsed last and not yet executed. */
class PostgresConversation {
  #parsed: string | undefined;
  readonly #requests = new Map<number, Request>();

  asked({ message: name, request: ordinal, text, index }: Message): undefined {
    const executes = name === "Query" || name === "Execute";
    if (ordinal === 0 || (!executes && name !== "Parse" && name !== "Bind")) return; // 0: the connect itself
    if (!executes) return void (this.#parsed = text ?? this.#parsed);
    // Text that nobody knows gets the benefit of the doubt: it may be the claim.
    const said = text ?? (name === "Execute" ? this.#parsed : undefined) ?? "?";
    if (name === "Execute") this.#parsed = undefined;
    let request = this.#requests.get(ordinal);
    if (!request) this.#requests.set(ordinal, request = { statements: [], complete: 0, failed: false });
    for (const statement of said.split(";").map((part) => part.trim()).filter((part) => part !== "")) {
      request.statements.push({ asked: index, decides: !decidesNothing.test(statement) });
    }
  }

  answered({ message: name, last, request: ordinal, index }: Message): DecisionView | undefined {
    // A driver may act on this message or wait for ReadyForQuery: the earlier of the two is what can be held against it.
    const completes = name === "CommandComplete" || name === "PortalSuspended";
    if (!completes && !last && name !== "ErrorResponse") return undefined;
    const request = this.#requests.get(ordinal);
    if (!request) return undefined;
    if (last) this.#requests.delete(ordinal);
    if (name === "ErrorResponse") request.failed = true;
    if (!completes || request.failed) return undefined;
    const known = request.statements[request.complete++];
    const statement = known ?? { asked: request.statements.at(-1)?.asked ?? index, decides: true };
    return statement.decides ? { asked: statement.asked, answered: index } : undefined;
  }
}

/** Commands that connect, look at the server, or bracket others; with their sub-commands. */
const redisDecidesNothing =
  /^(HELLO|AUTH|CLIENT|SELECT|INFO|PING|ECHO|LOLWUT|CONFIG|COMMAND|SCRIPT|FUNCTION|MODULE|ACL|ROLE|TIME|WAIT|WATCH|UNWATCH|MULTI|EXEC|DISCARD|QUIT|RESET|READONLY|READWRITE|ASKING|CLUSTER|SENTINEL|[PSU]*SUBSCRIBE|PUBSUB|MEMORY|LATENCY|SLOWLOG|DEBUG)\b/;

/** What was said on one connection to Redis: the request that decides, by its ordinal; MULTI ... EXEC is one. */
class RedisConversation {
  readonly #asked = new Map<number, number>();

  asked({ message: name, request, index }: Message): undefined {
    if (request !== 0 && !redisDecidesNothing.test(name)) this.#asked.set(request, index);
  }

  answered({ last, error, request, index }: Message): DecisionView | undefined {
    if (!last) return undefined;
    const asked = this.#asked.get(request);
    this.#asked.delete(request);
    return asked === undefined || error ? undefined : { asked, answered: index };
  }
}
