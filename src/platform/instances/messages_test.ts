/** What is and what is no message of the line protocol. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { readLine, writeLine } from "./messages.ts";

Deno.test("a message that was written is read as it was", () => {
  const messages = [
    { type: "hello", version: 1, pid: 7 },
    { type: "started" },
    { type: "start_failed", reason: "no", code: "23505" },
    { type: "outcome", operation: "d1.1", outcome: "ok", value: { a: [null] } },
    { type: "outcome", operation: "d1.1", outcome: "fail", reason: "no", final: true },
    { type: "outcome", operation: "d1.1", outcome: "info", reason: "who knows" },
    { type: "note", kind: "granted", data: { token: "4" }, operation: "d1.1" },
    { type: "pong", id: 3 },
    { type: "stopped", reason: "late", timers: 2 },
  ] as const;
  for (const message of messages) assert.deepEqual(readLine(writeLine(message)), message);
});

Deno.test("a message that is not what the protocol says is malformed, with the reason", () => {
  const lines: [string, RegExp][] = [
    ["Listening on 8080", /not JSON/],
    ["[]", /not an object/],
    ["null", /not an object/],
    ["{}", /no type/],
    ['{"type":"helo"}', /"helo" is unknown/],
    ['{"type":"hello","version":"1","pid":7}', /whole numbers/],
    ['{"type":"hello","version":1,"pid":-7}', /whole numbers/],
    ['{"type":"outcome","operation":1,"outcome":"ok"}', /text operation/],
    ['{"type":"outcome","operation":"d1.1","outcome":"fine"}', /ok, fail and info/],
    ['{"type":"outcome","operation":"d1.1","outcome":"info"}', /text reason/],
    ['{"type":"outcome","operation":"d1.1","outcome":"fail","reason":"no","final":1}', /final/],
    ['{"type":"note","kind":7}', /text kind/],
    ['{"type":"note","kind":"a","operation":null}', /operation may be/],
    ['{"type":"pong"}', /id/],
    ['{"type":"stopped","timers":-1}', /timers/],
  ];
  for (const [line, why] of lines) {
    const message = readLine(line);
    assert.ok(message.type === "malformed", line);
    assert.match(message.why, why);
  }
});

Deno.test("no line whatever makes the reader throw", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => assert.ok(readLine(line).type)));
  const fields = fc.record({
    type: fc.constantFrom("hello", "outcome", "note", "pong", "stopped"),
    outcome: fc.anything(),
  });
  fc.assert(fc.property(fields, (each) => assert.ok(readLine(JSON.stringify(each)).type)));
});
