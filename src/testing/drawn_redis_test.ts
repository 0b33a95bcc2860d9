/** What the view makes of conversations with Redis: which replies are decisions. The sibling for Postgres is core/view_test.ts. */

import assert from "node:assert/strict";
import type { MessageEntry } from "../core/history.ts";
import { type View, view } from "../core/view.ts";
import { drawn, told } from "./drawn.ts";

/** Commands with their replies, each its own request unless it says another. */
type Exchange = readonly [command: string, reply: string, request?: number];

const conversation = (...exchanges: Exchange[]): View => {
  const { plan, entries } = drawn(`A  |--deliver(e1)--ok|`);
  const about = { type: "message", atMs: 1, instance: 0, service: "redis", connection: 0, bytes: 9 } as const;
  const messages = exchanges.flatMap(([message, reply, request], n): MessageEntry[] => {
    const of = { ...about, request: request ?? n + 1 };
    const error = reply === "Error" || reply === "BulkError";
    const later = exchanges.slice(n + 1).some((other) => request !== undefined && other[2] === request);
    const answer = { ...of, direction: "down", message: reply, ...(later ? {} : { last: true, error }) } as const;
    return [{ ...of, direction: "up", message }, ...(reply === "" ? [] : [answer])];
  });
  return view(plan, [...entries, ...messages]);
};
const decisions = (...exchanges: Exchange[]) => conversation(...exchanges).decisions.get(0)?.length ?? 0;

Deno.test("view() takes a reply without an error to a script or a command on keys for a decision", () => {
  const commands = ["EVALSHA claim", "EVAL claim", "EVALSHA 0a1b2c3d", "EVALSHA_RO look", "FCALL claim"];
  for (const command of commands) assert.equal(decisions([command, "Integer"]), 1, command);
  for (const command of ["SET", "GET", "INCR", "RPUSH", "LRANGE", "DEL"]) assert.equal(decisions([command, "Null"]), 1);
  for (const reply of ["Integer", "Array", "Null", "BulkString", "SimpleString", "Map", "Boolean"]) {
    assert.equal(decisions(["EVALSHA claim", reply]), 1, reply);
  }
});

Deno.test("view() takes no error, no lost reply and no other message for a decision", () => {
  assert.equal(decisions(["EVALSHA claim", "Error"]), 0);
  assert.equal(decisions(["EVALSHA claim", "BulkError"]), 0);
  assert.equal(decisions(["EVALSHA claim", ""]), 0);
  const { plan, entries } = drawn(`A  |--deliver(e1)--ok|`);
  const about = { type: "message", atMs: 1, instance: 0, service: "redis", connection: 0, bytes: 9 } as const;
  const news: MessageEntry[] = [
    { ...about, direction: "up", message: "EVALSHA claim", request: 1 },
    { ...about, direction: "down", message: "Push", request: 0 },
  ];
  assert.equal(view(plan, [...entries, ...news]).decisions.size, 0);
});

Deno.test("view() takes the reply to the script sent whole for the decision, where its hash was not known", () => {
  const { decisions, entries } = conversation(["EVALSHA claim", "Error"], ["EVAL claim", "Integer"]);
  const [decision, ...more] = decisions.get(0)!;
  const asked = entries[decision!.asked]!;
  assert.equal(asked.type === "message" && asked.message, "EVAL claim");
  assert.equal(more.length, 0);
});

Deno.test("view() takes no reply to greetings, to loading scripts and to looking at the server for a decision", () => {
  const others = [
    "HELLO",
    "AUTH",
    "SELECT",
    "CLIENT SETINFO",
    "CLIENT SETNAME",
    "CLIENT",
    "SCRIPT LOAD",
    "SCRIPT EXISTS",
    "INFO",
    "PING",
    "ECHO",
    "CONFIG GET",
    "COMMAND DOCS",
    "ACL WHOAMI",
    "ROLE",
    "TIME",
    "QUIT",
  ];
  const decide = others.filter((other) => decisions([other, "Array"]) > 0);
  assert.deepEqual(decide, []);
  assert.equal(decisions(["EVALSHA claim", "Integer", 0]), 0); // the connect itself
});

Deno.test("view() takes no reply to what else a client may ask about the server, or listen to, for a decision", () => {
  const others = [
    "READWRITE",
    "ASKING",
    "CLUSTER SLOTS",
    "SENTINEL MASTERS",
    "MODULE LIST",
    "FUNCTION LOAD",
    "LOLWUT",
    "SUBSCRIBE",
    "PUBSUB CHANNELS",
    "MEMORY DOCTOR",
    "LATENCY LATEST",
    "SLOWLOG GET",
    "DEBUG",
  ];
  const decide = others.filter((other) => decisions([other, "Array"]) > 0);
  assert.deepEqual(decide, []);
});

Deno.test("view() takes MULTI ... EXEC for one decision, and its brackets alone for none", () => {
  const one = conversation(["MULTI", "SimpleString", 1], ["INCR", "SimpleString", 1], ["EXEC", "Array", 1]);
  assert.equal(one.decisions.get(0)?.length, 1);
  assert.equal(decisions(["MULTI", "SimpleString", 1], ["INCR", "SimpleString", 1], ["EXEC", "Error", 1]), 0);
  assert.equal(decisions(["MULTI", "SimpleString", 1], ["DISCARD", "SimpleString", 1]), 0);
});

Deno.test("view() tells the conversations of two stores apart that have the same ordinals", () => {
  const { view } = drawn(`
    A  |--deliver(e1)------------------------------------------------------ok|
    A   >limit >begin <list <done <ready >claim >limit <refusal <done <ready
  `);
  const words = view.decisions.get(0)!.map(({ asked, answered }) => [asked, answered].map((i) => view.entries[i]!));
  assert.deepEqual(words.flat().map((entry) => entry.type === "message" && entry.message), [
    "EVALSHA limit",
    "Array",
    "Query",
    "CommandComplete",
  ]);
});

Deno.test("evidence names messages of Redis by their commands", () => {
  const history = drawn(`
    A  |--deliver(e1)------------ok|
    A   >push <number
  `);
  const [decision] = history.view.decisions.get(0)!;
  assert.deepEqual(told(history, [decision!.asked, decision!.answered]), ["up EVALSHA push d1.1", "down Integer d1.1"]);
});
