/** What a Redis tells without being asked, and what confirms listening: conversations made of bytes. */

import assert from "node:assert/strict";
import { aggregate, array, bulk, command } from "../testing/made_resp.ts";
import { redisTalk } from "../testing/redis_talk.ts";

const ok = "+OK\r\n";
const one = ":1\r\n";

const confirmation = (type: string, kind: string, channel: string | null, open: number) =>
  aggregate(type, [bulk(kind), channel === null ? "$-1\r\n" : bulk(channel), `:${open}\r\n`]);

for (const [protocol, type] of [["RESP 2", "*"], ["RESP 3", ">"]] as const) {
  Deno.test(`channels are confirmed one by one, and what is published answers nothing, in ${protocol}`, () => {
    const { up, down, lines, framing } = redisTalk();
    const name = type === "*" ? "Array" : "Push";
    const confirm = (kind: string, channel: string | null, open: number) => confirmation(type, kind, channel, open);
    up(command("LRANGE", "k", "0", "-1"), command("SUBSCRIBE", "a", "b", "a"), command("PSUBSCRIBE", "p*"));
    down(
      array(bulk("message"), bulk("a"), bulk("no news")),
      confirm("subscribe", "a", 1),
      confirm("subscribe", "b", 2),
    );
    down(aggregate(type, [bulk("message"), bulk("a"), bulk("secret")]), confirm("subscribe", "a", 2));
    down(confirm("psubscribe", "p*", 3));
    assert.ok(!framing.idle);
    up(
      command("PING"),
      command("UNSUBSCRIBE"),
      command("PUNSUBSCRIBE", "p*"),
      command("UNSUBSCRIBE"),
      command("GET", "k"),
    );
    down(type === "*" ? array(bulk("pong"), bulk("")) : "+PONG\r\n");
    down(confirm("unsubscribe", "a", 2), confirm("unsubscribe", "b", 1), confirm("punsubscribe", "p*", 0));
    down(confirm("unsubscribe", null, 0), bulk("v"));
    assert.ok(framing.idle);
    assert.deepEqual(lines().filter((line) => line.startsWith("down")), [
      "down Array 1 last",
      `down ${name} 2 "subscribe"`,
      `down ${name} 2 "subscribe"`,
      `down ${name} 0 "message"`,
      `down ${name} 2 "subscribe" last`,
      `down ${name} 3 "psubscribe" last`,
      `down ${type === "*" ? "Array" : "SimpleString"} 4 last`,
      `down ${name} 5 "unsubscribe"`,
      `down ${name} 5 "unsubscribe" last`,
      `down ${name} 6 "punsubscribe" last`,
      `down ${name} 7 "unsubscribe" last`,
      "down BulkString 8 last",
    ]);
  });
}

Deno.test("what the store tells unasked answers nothing: invalidations, attributes, what MONITOR sees, a farewell", () => {
  const { up, down, lines, framing } = redisTalk();
  up(command("GET", "k"));
  down(aggregate(">", [bulk("invalidate"), array(bulk("secret"))]), aggregate("|", ["+ttl\r\n", one]), bulk("v"));
  up(command("MONITOR"));
  down(ok, '+1700000000.123456 [0 127.0.0.1:1] "SET" "secret" "secret"\r\n');
  assert.ok(!framing.idle);
  up(command("RESET"));
  down("+RESET\r\n");
  assert.ok(framing.idle);
  down("-ERR max number of clients reached\r\n");
  assert.deepEqual(lines().filter((line) => line.startsWith("down")), [
    'down Push 0 "invalidate"',
    "down Attribute 1",
    "down BulkString 1 last",
    "down SimpleString 2 last",
    "down SimpleString 0",
    "down SimpleString 3 last",
    'down Error 3 "ERR" last error',
  ]);
});

Deno.test("channels are confirmed even to a client that wants no replies", () => {
  const { up, down, lines, framing } = redisTalk();
  up(command("CLIENT", "REPLY", "SKIP"), command("SUBSCRIBE", "a"), command("PING"));
  down(confirmation("*", "subscribe", "a", 1), array(bulk("pong"), bulk("")));
  up(command("CLIENT", "REPLY", "OFF"), command("UNSUBSCRIBE"));
  down(confirmation("*", "unsubscribe", "a", 0));
  assert.ok(framing.idle);
  assert.deepEqual(lines().filter((line) => line.startsWith("down")), [
    'down Array 1 "subscribe" last',
    "down Array 2 last",
    'down Array 4 "unsubscribe" last',
  ]);
});
