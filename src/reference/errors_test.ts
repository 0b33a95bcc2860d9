/** How errors are sorted and printed, and that no secret gets through. */

import assert from "node:assert/strict";
import { inspect } from "node:util";
import { classify, mask, maskText, MissingConstraint, OutcomeUnknown, replyOf, StoreUnavailable } from "./errors.ts";

const coded = (code: string) => Object.assign(new Error("x"), { code });
const replied = (message: string) => Object.assign(new Error(message), { name: "ReplyError" });

Deno.test("an error of a driver is sorted by what it says about the statement", () => {
  const table: Record<ReturnType<typeof classify>, string[]> = {
    nothing: [
      "ECONNREFUSED",
      "ENOTFOUND",
      "CONNECT_TIMEOUT",
      "53300",
      "57P03",
      "55P03",
      "57014",
      "40001",
      "40P01",
      "25006",
    ],
    unknown: [
      "ECONNRESET",
      "EPIPE",
      "ETIMEDOUT",
      "CONNECTION_CLOSED",
      "57P01",
      "57P02",
      "08006",
      "40003",
      "XX000",
      "58030",
    ],
    conflict: ["23505", "23P01"],
    programming: ["42P01", "42601", "22P02", "23503", "28P01", "3D000", "25P02", "ERR_INVALID_ARG_TYPE", "ENOENT"],
  };
  for (const [kind, codes] of Object.entries(table)) {
    for (const code of codes) assert.equal(classify(coded(code)), kind, code);
  }
  assert.equal(classify(new TypeError("x")), "programming");
  assert.equal(classify("a text"), "programming");
});

Deno.test("an error reply of Redis is sorted by its first word", () => {
  const nothing = "NOSCRIPT LOADING READONLY MASTERDOWN OOM BUSY CLUSTERDOWN TRYAGAIN MISCONF NOREPLICAS";
  for (const word of nothing.split(" ")) assert.equal(classify(replied(`${word} and why`)), "nothing", word);
  assert.equal(classify(replied("ERR max number of clients reached")), "nothing");
  for (const word of "WRONGTYPE ERR NOAUTH WRONGPASS NOPERM MOVED ASK CROSSSLOT BUSYKEY EXECABORT".split(" ")) {
    assert.equal(classify(replied(`${word} and why`)), "programming", word);
  }
  assert.equal(classify(new Error("OOM command not allowed")), "programming", "not said by Redis");
});

Deno.test("an error in the middle of a script did nothing only if no write can have come before it", () => {
  const since7 = (error: string) => `${error} script: f4f29a4ee0cd1e5e8c7e5e0b5a5f4d6a7b8c9d0e, on @user_script:3.`;
  const of62 = (error: string) =>
    `ERR Error running script (call to f_f4f29a4ee0cd): @user_script:3: @user_script: 3: ${error}`;
  for (
    const error of ["OOM command not allowed", "READONLY You can't write", "MISCONF Redis", "NOREPLICAS Not enough"]
  ) {
    assert.equal(classify(replied(since7(error))), "nothing", error);
    assert.equal(classify(replied(of62(`-${error}`))), "nothing", error);
  }
  for (
    const error of ["WRONGTYPE Operation", "ERR value", "NOPERM this user", "BUSY x", "LOADING x", "CLUSTERDOWN x"]
  ) {
    assert.equal(classify(replied(since7(error))), "programming", error);
    assert.equal(classify(replied(of62(error))), "programming", error);
  }
  assert.deepEqual(replyOf(replied(of62("-OOM x"))), { word: "OOM", inScript: true });
  assert.deepEqual(replyOf(replied("LOADING OOM")), { word: "LOADING", inScript: false });
  assert.equal(replyOf(new Error("LOADING")), undefined);
});

Deno.test("what npm:ioredis itself says about a command is sorted by whether that may have been sent", () => {
  const connect = Object.assign(coded("ETIMEDOUT"), { syscall: "connect" });
  const table: Record<string, Error[]> = {
    nothing: [connect, new Error("Stream isn't writeable and enableOfflineQueue options is false")],
    unknown: [
      new Error("Connection is closed."),
      new Error("Command timed out"),
      new Error("Command aborted due to connection close"),
      new Error("Reached the max retries per request limit (which is 0). Refer to ..."),
      new Error("Unknown RESP type: 88. Please report this."),
    ],
  };
  for (const [kind, errors] of Object.entries(table)) {
    for (const error of errors) assert.equal(classify(error), kind, error.message);
  }
});

Deno.test("a failure says in JSON what happened and what to do, and prints no secret however it is printed", () => {
  const cause = Object.assign(new Error("connect postgres://app:hunter2@db:5432/shop"), {
    detail: "Key (email)=(jane@shop.test)",
  });
  const failure = new StoreUnavailable("Cannot reach postgres://app:hunter2@db/shop", { retryAfterMs: 500, cause });
  const json = JSON.parse(JSON.stringify(failure));
  assert.equal(json.code, "store_unavailable");
  assert.equal(json.happened, "nothing");
  assert.equal(json.retryAfterMs, 500);
  assert.equal(failure.cause, cause);
  for (
    const text of [JSON.stringify(failure), String(failure), inspect(failure), Deno.inspect(failure), failure.message]
  ) {
    assert.doesNotMatch(text, /hunter2|jane/);
  }
  assert.equal(new OutcomeUnknown("x").happened, "unknown");
  assert.match(new MissingConstraint("Cannot start", "alter table t").message, /alter table t/);
});

Deno.test("secrets are masked in any text", () => {
  const secrets = [
    "postgres://app:s3cr3tpw@db:5432/x",
    "redis://:s3cr3tpw@cache:6379",
    "https://s3cr3tpw@host/",
    "postgres://app:s3cr3tpw@x@db/x",
    "Authorization: Bearer s3cr3tpwABCDEF",
    "password=s3cr3tpw host=db",
    '{"api_key":"s3cr3tpw"}',
    "?token=s3cr3tpw&x=1",
    "whsec_s3cr3tpwABCDEFGHIJ",
    "sk_live_s3cr3tpwABCDEFGH",
    "eyJhbGciOiJIUzI1NiJ9.s3cr3tpw.sig",
    "mail s3cr3tpw@example.co.uk now",
  ];
  for (const text of secrets) assert.doesNotMatch(maskText(text), /s3cr3tpw/, text);
  for (
    const digits of [
      "4111 1111 1111 1111",
      "4111111111111111",
      "5500-0000-0000-0004",
      "+49 151 23456789",
      "(030) 1234 5678",
    ]
  ) {
    assert.doesNotMatch(maskText(`call ${digits} now`), /\d{4}/, digits);
  }
});

Deno.test("what is no secret is left as it is", () => {
  const plain = [
    "57014: canceling statement after 10000 ms",
    "127.0.0.1:5432",
    "2024-05-01T12:00:00.000Z",
    "order 1234567 of 2024-05-01",
    "5f0c6a52-1b1e-4a57-9c3e-0d1c4fb7a1aa",
    "1700000000000",
  ];
  const startedAtMs = performance.now();
  for (const long of ["a", "1 ", "a@", "://", "eyJ-.", "token "]) maskText(long.repeat(200_000));
  assert.ok(performance.now() - startedAtMs < 3_000);
  for (const text of plain) assert.equal(maskText(text), text);
  assert.deepEqual(mask({ a: 1, b: [true, null, "x"] }), { a: 1, b: [true, null, "x"] });
});

Deno.test("keys that are named like secrets are masked at any depth, and cycles end", () => {
  const value: Record<string, unknown> = {
    user: { name: "Jo", Password: "s3cr3t", list: [{ apiKey: "s3cr3t", "x-api-key": "s3cr3t" }] },
    headers: new Map([["Set-Cookie", "s3cr3t"]]),
    error: new Error("password=s3cr3t", { cause: { client_secret: "s3cr3t" } }),
  };
  value["self"] = value;
  const text = JSON.stringify(mask(value));
  assert.doesNotMatch(text, /s3cr3t/);
  assert.match(text, /"name":"Jo"/);
  assert.match(text, /circular/);
});
