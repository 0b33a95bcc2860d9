/** Which reply of Redis answers which command, and what a request is: conversations made of bytes. */

import assert from "node:assert/strict";
import { aggregate, array, bulk, command } from "../testing/made_resp.ts";
import { redisTalk } from "../testing/redis_talk.ts";

const ok = "+OK\r\n";
const queued = "+QUEUED\r\n";
const one = ":1\r\n";

Deno.test("replies answer pipelined commands in their order; what greets the server first belongs to the connect", () => {
  const { up, down, lines, framing } = redisTalk();
  up(command("HELLO", "3", "AUTH", "me", "secret"), command("client", "setinfo", "LIB-NAME", "x"), command("INFO"));
  down(aggregate("%", [bulk("server"), bulk("redis")]), ok, bulk("# Server"));
  assert.ok(framing.idle);
  up(command("GET", "k"), command("ping"), command("LRANGE", "k", "0", "-1"));
  assert.equal(framing.replying, 1);
  down(bulk("v"), "+PONG\r\n");
  assert.ok(!framing.idle);
  down("-WRONGTYPE Operation against a key\r\n");
  assert.ok(framing.idle);
  assert.deepEqual(lines(), [
    "up HELLO 0",
    "up CLIENT SETINFO 0",
    "up INFO 0",
    "down Map 0 last",
    "down SimpleString 0 last",
    "down BulkString 0 last",
    "up GET 1",
    "up PING 2",
    "up LRANGE 3",
    "down BulkString 1 last",
    "down SimpleString 2 last",
    'down Error 3 "WRONGTYPE" last error',
  ]);
});

Deno.test("MULTI to EXEC is one request, and only its last reply ends it", () => {
  const { up, down, lines, framing } = redisTalk();
  up(
    command("WATCH", "k"),
    command("MULTI"),
    command("INCR", "k"),
    command("PING"),
    command("EXEC"),
    command("GET", "k"),
  );
  down(ok, ok, queued);
  assert.ok(!framing.idle);
  down(queued, array(one, "+PONG\r\n"), bulk("1"));
  assert.ok(framing.idle);
  assert.deepEqual(lines().slice(6), [
    "down SimpleString 1 last",
    "down SimpleString 2",
    "down SimpleString 2",
    "down SimpleString 2",
    "down Array 2 last",
    "down BulkString 3 last",
  ]);
  up(command("MULTI"));
  down(ok);
  assert.ok(!framing.idle);
  up(command("SET", "k", "v"));
  down(queued);
  up(command("DISCARD"));
  down(ok);
  assert.deepEqual(lines().slice(12).filter((line) => line.startsWith("down")), [
    "down SimpleString 4",
    "down SimpleString 4",
    "down SimpleString 4 last",
  ]);
});

Deno.test("a transaction that failed or was given up by the store is marked on its last reply", () => {
  const transaction = (...replies: readonly (string | Uint8Array)[]) => {
    const { up, down, lines } = redisTalk();
    up(command("MULTI"), command("INCR", "k"), command("EXEC"));
    down(...replies);
    up(command("GET", "k"));
    down("$-1\r\n");
    assert.equal(lines().at(-1), "down Null 2 last");
    return lines()[5];
  };
  assert.equal(transaction(ok, queued, array(one)), "down Array 1 last");
  assert.equal(transaction(ok, queued, "*-1\r\n"), "down Null 1 last error");
  assert.equal(transaction(ok, queued, "_\r\n"), "down Null 1 last error");
  assert.equal(transaction(ok, queued, array("-WRONGTYPE x\r\n")), "down Array 1 last error");
  assert.equal(transaction(ok, "-ERR wrong\r\n", "-EXECABORT x\r\n"), 'down Error 1 "EXECABORT" last error');
  assert.equal(transaction("-NOAUTH x\r\n", "-NOAUTH x\r\n", "-NOAUTH x\r\n"), 'down Error 1 "NOAUTH" last error');
});

Deno.test("a MULTI that the store refuses begins no transaction", () => {
  const { up, down, lines, framing } = redisTalk();
  up(command("MULTI"));
  down("-NOPERM no\r\n");
  assert.ok(framing.idle);
  up(command("GET", "k"));
  down(bulk("v"));
  assert.deepEqual(lines(), ["up MULTI 1", 'down Error 1 "NOPERM" last error', "up GET 2", "down BulkString 2 last"]);
});

Deno.test("commands that are not answered are not waited for", () => {
  const answered = (...commands: string[]) => {
    const { up, down, lines, framing } = redisTalk();
    up(...commands.map((words) => command(...words.split(" "))), command("GET", "k"));
    for (let replies = 0; replies < 10 && !framing.idle; replies++) down(bulk("v"));
    return lines().filter((line) => line.startsWith("down")).map((line) => Number(line.split(" ")[2]));
  };
  const [skip, off, on] = ["CLIENT REPLY SKIP", "client reply off", "CLIENT REPLY ON"];
  assert.deepEqual(answered("SET k v", "ECHO a"), [1, 2, 3]);
  assert.deepEqual(answered(skip, "SET k v", "ECHO a"), [2, 3]);
  assert.deepEqual(answered(skip, skip, "SET k v", "ECHO a"), [2, 3]);
  assert.deepEqual(answered(off, "SET k v", "ECHO a"), []);
  assert.deepEqual(answered("SET k v", off, "SET k w", skip, on, "SET k x"), [1, 5, 6, 7]);
  assert.deepEqual(answered("SET k v", skip, on), [1, 3, 4]);
  assert.deepEqual(answered("SET k v", skip, "CLIENT REPLY what"), [1, 4]);
  assert.deepEqual(answered("SET k v", skip, "RESET"), [1, 4]);
  assert.deepEqual(answered("SET k v", off, "RESET"), [1, 3, 4]);
});

Deno.test("what follows a replica's request is not divided", () => {
  const { up, down, lines, framing } = redisTalk();
  up(command("PSYNC", "?", "-1"));
  down("+FULLRESYNC 1234 0\r\n$10\r\nREDIS0009x*1\r\n");
  assert.deepEqual(lines(), ["up PSYNC 1"]);
  assert.ok(!framing.idle);
});
