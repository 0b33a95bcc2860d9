/** The sink records before it answers, by each of its policies. */

import assert from "node:assert/strict";
import type { SinkPolicy } from "../core/subject.ts";
import { openSink, type SinkRecord } from "./sink.ts";

/** Posts effects one after the other to a sink with this policy; gives the answers, and what was recorded. */
async function post(policy: SinkPolicy, effects: readonly Record<string, unknown>[]) {
  await using sink = await openSink();
  const records: SinkRecord[] = [];
  const { url } = sink.run("run 1/", { policy, record: (entry) => void records.push(entry) });
  const answers: string[] = [];
  for (const effect of effects) {
    const response = await fetch(url, {
      method: "POST",
      body: JSON.stringify({ instance: 0, operation: "d1.1", ...effect }),
    });
    answers.push(await response.text());
  }
  return { answers, records };
}

Deno.test("a sink that accepts records every effect as it came", async () => {
  const { answers, records } = await post("accept", [{ key: "a", token: "4", data: { x: 1 } }, { key: "a" }]);
  assert.deepEqual(answers, ["accepted", "accepted"]);
  assert.deepEqual(records, [
    { instance: 0, operation: "d1.1", key: "a", token: "4", data: { x: 1 }, answer: "accepted" },
    { instance: 0, operation: "d1.1", key: "a", answer: "accepted" },
  ]);
});

Deno.test("a sink that deduplicates knows keys, and records the duplicates", async () => {
  const { answers, records } = await post("deduplicate", [{ key: "a" }, { key: "b" }, { key: "a" }, {}, {}]);
  assert.deepEqual(answers, ["accepted", "accepted", "duplicate", "accepted", "accepted"]);
  assert.equal(records.length, 5);
});

Deno.test("a sink that fences refuses an older holder, takes the same one twice, and refuses who shows no token", async () => {
  const tokens = ["9", "10", "9", "10", "18446744073709551617", "18446744073709551616"];
  const { answers } = await post("fence", [...tokens.map((token) => ({ key: "a", token })), { key: "a" }, {
    key: "b",
    token: "1",
  }]);
  assert.deepEqual(answers, [
    "accepted",
    "accepted",
    "refused",
    "accepted",
    "accepted",
    "refused",
    "refused",
    "accepted",
  ]);
});

Deno.test("two runs of one sink share nothing, and an effect after the run is answered 410", async () => {
  await using sink = await openSink();
  const first = sink.run("a", { policy: "deduplicate", record: () => undefined });
  const second = sink.run("a", { policy: "deduplicate", record: () => undefined });
  const body = JSON.stringify({ instance: 0, operation: "d1.1", key: "a" });
  assert.equal(await (await fetch(first.url, { method: "POST", body })).text(), "accepted");
  assert.equal(await (await fetch(second.url, { method: "POST", body })).text(), "accepted");
  first.close();
  const late = await fetch(first.url, { method: "POST", body });
  assert.equal(late.status, 410);
  await late.body?.cancel();
});

Deno.test("a sink answers what is no effect with a sentence and records nothing", async () => {
  await using sink = await openSink();
  const records: SinkRecord[] = [];
  const { url } = sink.run("a", { policy: "accept", record: (entry) => void records.push(entry) });
  const bad: [string, number, RegExp][] = [
    ["not json", 400, /is JSON/],
    ['{"operation":"d1.1"}', 400, /instance/],
    ['{"instance":0}', 400, /operation/],
    ['{"instance":0,"operation":"d1.1","token":7}', 400, /token/],
    [JSON.stringify({ instance: 0, operation: "d1.1", data: "x".repeat(2 << 20) }), 413, /at most 1048576 bytes/],
  ];
  for (const [body, status, words] of bad) {
    const response = await fetch(url, { method: "POST", body });
    assert.equal(response.status, status);
    assert.match(await response.text(), words);
  }
  assert.equal(records.length, 0);
});
