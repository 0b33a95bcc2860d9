/** What options are refused before anything is opened, and how conversations and keys are spread over shards. */

import assert from "node:assert/strict";
import { conversationOf, Keys, nameOf, shardOf, shardOfBatch } from "./keys.ts";
import { type DebouncerOptions, openDebouncer } from "./mod.ts";
import { settingsOf } from "./options.ts";

const given = { url: "redis://127.0.0.1:1", quietMs: 100 };

Deno.test("an option that cannot work is refused at the opening, with its name and its value", async () => {
  const bad: readonly Partial<Record<keyof DebouncerOptions, unknown>>[] = [
    ...[0, -1, NaN, Infinity, 0.5, 2 ** 31, "100", undefined, null].map((quietMs) => ({ quietMs })),
    { maxWaitMs: 99 },
    { maxWaitMs: 0 },
    { batchMax: 0 },
    { batchMax: 1_001 },
    { batchBytesMax: 0 },
    { messageBytesMax: 2 ** 27 },
    { rememberMs: 0 },
    { leaseMs: 0 },
    { leaseMs: 0.9 },
    { attemptsMax: 0 },
    { retryMs: -1 },
    { shards: 0 },
    { shards: 1.5 },
    { shards: 1_025 },
    { concurrencyMax: 0 },
    { takeMax: 0 },
    { pollMs: 0 },
    { deadlineMs: 0 },
    { closeMs: 0 },
    { statsMs: 0 },
    { prefix: "" },
    { prefix: "a{b}" },
    { prefix: "a}b" },
    { prefix: "a\0b" },
    { prefix: "x".repeat(201) },
    { url: "postgres://127.0.0.1/x" },
    { url: "no url" },
  ];
  for (const options of bad) {
    const opening = openDebouncer({ ...given, ...options } as DebouncerOptions);
    await assert.rejects(opening, TypeError, JSON.stringify(options));
  }
  assert.throws(
    () => settingsOf({ ...given, quietMs: NaN }),
    /quietMs has to be a whole number from 1 to \d+, not "NaN"/,
  );
  assert.throws(() => settingsOf({ ...given, maxWaitMs: 99 }), /maxWaitMs \(99\) has to be at least quietMs \(100\)/);
});

Deno.test("defaults follow from what is given", () => {
  const settings = settingsOf(given);
  assert.deepEqual([settings.maxWaitMs, settings.shards, settings.prefix], [1_000, 1, "debouncer:"]);
  assert.equal(settingsOf({ ...given, messageBytesMax: 2 ** 24 }).batchBytesMax, 2 ** 24);
  assert.equal(settingsOf({ ...given, quietMs: 2 ** 30 }).maxWaitMs, 2 ** 31 - 1);
});

Deno.test("all keys of a shard begin with the prefix and have one hash tag, of their own", () => {
  const tagOf = (key: string) => /\{([^}]+)\}/.exec(key)?.[1];
  const tags = ["a:", "b:"].flatMap((prefix) =>
    [0, 1, 2].map((shard) => {
      const keys = new Keys(prefix, shard);
      const all = [...Object.values(keys) as string[], keys.id("{c}", "}x{")];
      assert.equal(all.length, 8);
      assert.ok(all.every((key) => key.startsWith(`${prefix}{`)));
      assert.equal(new Set(all.map(tagOf)).size, 1);
      return tagOf(all[0]!);
    })
  );
  assert.equal(new Set(tags).size, 6);
});

Deno.test("conversations are spread evenly over the shards, and always in the same way", () => {
  const counts = new Map<number, number>();
  for (let n = 0; n < 8_000; n++) {
    const shard = shardOf(`customer ${n}`, 8);
    counts.set(shard, (counts.get(shard) ?? 0) + 1);
  }
  assert.equal(counts.size, 8);
  for (const count of counts.values()) assert.ok(count > 800 && count < 1_200, `${count}`);
  // Fixed for ever: with another number a conversation would be looked for where it is not.
  assert.deepEqual(["", "a", "foobar", "é🙂"].map((name) => shardOf(name, 1_000)), [261, 220, 720, 559]);
});

Deno.test("names and batch ids say whose they are", () => {
  for (const conversation of ["c", ":", "0:c", "b:c"]) assert.equal(conversationOf(nameOf(conversation)), conversation);
  assert.deepEqual(["0-ab-1", "12-ab-1", "x", "", "12345-a"].map(shardOfBatch), [0, 12, -1, -1, -1]);
});
