/**
 * Names of the Redis protocol: its types as the specification of RESP spells them, and the commands that are more than one word, ask
 * for a script, or belong to connecting. Another protocol whose commands are words would have lists like these.
 */

/** Replies by their first byte; `$-1` and `*-1` are called `Null` too. */
export const replyNames: Readonly<Record<string, string>> = {
  "+": "SimpleString",
  "-": "Error",
  ":": "Integer",
  "$": "BulkString",
  "*": "Array",
  "_": "Null",
  "#": "Boolean",
  ",": "Double",
  "(": "BigNumber",
  "!": "BulkError",
  "=": "VerbatimString",
  "%": "Map",
  "|": "Attribute",
  "~": "Set",
  ">": "Push",
};

/** Commands whose second word says what they do. */
export const containers: ReadonlySet<string> = new Set(
  ("ACL CLIENT CLUSTER COMMAND CONFIG DEBUG FUNCTION LATENCY MEMORY MODULE OBJECT PUBSUB SCRIPT SENTINEL SLOWLOG " +
    "XGROUP XINFO").split(" "),
);

/** Commands that run a script, and what their second word is. The third is the number of keys. */
export const scriptCommands: ReadonlyMap<string, "text" | "hash" | "name"> = new Map([
  ["EVAL", "text"],
  ["EVAL_RO", "text"],
  ["EVALSHA", "hash"],
  ["EVALSHA_RO", "hash"],
  ["FCALL", "name"],
  ["FCALL_RO", "name"],
]);

/**
 * What clients say while they connect: who they are, and what kind of server this is. It touches no key. Before the first other
 * command it belongs to request 0, the connect itself; after that each is a request like any other.
 */
export const greetings: ReadonlySet<string> = new Set(
  ("HELLO AUTH SELECT PING ECHO INFO ROLE TIME READONLY READWRITE ASKING CLIENT CLUSTER COMMAND SENTINEL LOLWUT ACL MODULE " +
    "CONFIG SCRIPT FUNCTION").split(" "),
);

/** Commands that begin to listen, each with the one that ends it. */
export const listening: Readonly<Record<string, string>> = {
  SUBSCRIBE: "UNSUBSCRIBE",
  PSUBSCRIBE: "PUNSUBSCRIBE",
  SSUBSCRIBE: "SUNSUBSCRIBE",
};
