/**
 * Counting replies as a real Redis gives them: whatever a client says, in whatever pieces, in the end each command is known to be
 * answered, and the last reply to answer the last command.
 */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { connect } from "node:net";
import fc from "fast-check";
import { command } from "../testing/made_resp.ts";
import { testStack } from "../testing/stack.ts";
import { eventually, wired } from "../testing/wired.ts";

const { redisUrl } = await testStack();
const key = `wire_count_${crypto.randomUUID().slice(0, 8)}`;

const anything = fc.oneof(
  { weight: 4, arbitrary: fc.nat().map((n) => command("ECHO", `${n}`)) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ["CLIENT", "REPLY", "SKIP"],
      ["CLIENT", "REPLY", "OFF"],
      ["CLIENT", "REPLY", "ON"],
      ["CLIENT", "REPLY", "what"],
      ["RESET"],
    ).map((words) => command(...words)),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom("MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH").map((name) =>
      name === "WATCH" ? command(name, key) : command(name)
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(
      fc.constantFrom("SUBSCRIBE", "UNSUBSCRIBE", "PSUBSCRIBE", "PUNSUBSCRIBE", "SSUBSCRIBE", "SUNSUBSCRIBE"),
      fc.subarray(["a", "b", "b", "c"]),
    ).map(([name, channels]) => command(name, ...channels.map((channel) => key + channel))),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ["PUBLISH", `${key}a`, "news"],
      ["LRANGE", key, "0", "-1"],
      ["RPUSH", key, "message", "subscribe"],
      ["HGETALL", key],
      ["NOSUCH"],
      ["HELLO", "3"],
      ["HELLO", "2"],
      ["CLIENT", "INFO"],
      ["EVALSHA", "0".repeat(40), "1", key],
      ["EVAL", "return {1, {'a', 2}, redis.error_reply('X')}", "0"],
      ["PING"],
    ).map((words) => command(...words)),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("\r\n", "*0\r\n", "PING\r\n", "ECHO 'a b'\r\n").map((text) => Buffer.from(text)),
  },
);

/**
 * What can be counted. An array of replies lacks those that a transaction suppressed, or has more, and a CLIENT REPLY is believed
 * though a subscriber's is refused: after these nobody can read the stream, or only who knows what the store will say.
 */
function countable(commands: readonly Buffer[]): Buffer[] {
  let inMulti = false;
  const subscribes = commands.some((bytes) => bytes.includes("SUBSCRIBE"));
  return commands.filter((bytes) => {
    const text = bytes.toString();
    if (text.includes("MULTI")) inMulti = true;
    if (/EXEC|DISCARD|RESET/.test(text)) inMulti = false;
    return !(inMulti && /REPLY|SUBSCRIBE/.test(text)) && !(subscribes && text.includes("REPLY"));
  });
}

Deno.test("whatever was said before to a real Redis, the last reply answers the last command", async () => {
  await using road = await wired(redisUrl);
  let connection = -1;
  await fc.assert(
    fc.asyncProperty(
      fc.array(anything, { maxLength: 25 }),
      fc.integer({ min: 1, max: 60 }),
      async (drawn, pieceBytes) => {
        connection++;
        const socket = connect({ host: "127.0.0.1", port: road.wire.port, noDelay: true });
        const read: Buffer[] = [];
        socket.on("data", (bytes: Buffer) => read.push(bytes));
        socket.on("error", () => {}); // seen by what was not read
        // A transaction in which replies are off would go on unseen, so it is ended; RESET answers unless its reply is skipped.
        const all = [
          ...countable(drawn),
          command("RESET"),
          command("RESET"),
          command("GET", "wire_count_none"),
          command("ECHO", "the end"),
        ];
        const bytes = Buffer.concat(all);
        for (let at = 0; at < bytes.length; at += pieceBytes) socket.write(bytes.subarray(at, at + pieceBytes));
        await eventually("all is answered", () => Buffer.concat(read).toString().endsWith("the end\r\n"));
        const messages = road.messages().filter((message) => message.connection === connection);
        const [asked, answered] = (["up", "down"] as const).map((way) =>
          messages.findLast((m) => m.direction === way)!
        );
        assert.deepEqual([answered!.message, answered!.request, answered!.last], ["BulkString", asked!.request, true]);
        const [none] = messages.filter((m) => m.direction === "down").slice(-2);
        assert.deepEqual([none!.message, none!.request], ["Null", asked!.request - 1]);
        assert.equal(road.wire.connections().find((c) => c.connection === connection)!.idle, true);
        socket.end(command("DEL", key));
        await eventually("it has ended", () => !road.wire.connections().some((c) => c.connection === connection));
      },
    ),
    { numRuns: 150 },
  );
  assert.equal(road.wire.unknownMessages, 0);
});
