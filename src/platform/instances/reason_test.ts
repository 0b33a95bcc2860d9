/** Reasons are one line, and hold no secret. */

import assert from "node:assert/strict";
import { codeOf, firstLine, masked, reasonOf, refusalOf, secretsOf } from "./reason.ts";
import { lastWords, Tail } from "./tail.ts";

Deno.test("credentials never leave in a reason", () => {
  assert.equal(masked("postgres://app:pa%40ss@db:5432/x failed"), "postgres://***@db:5432/x failed");
  assert.equal(
    masked("redis://:hunter22@127.0.0.1 and http://user@host/"),
    "redis://***@127.0.0.1 and http://***@host/",
  );
  assert.equal(masked("password=hunter22 PGPASSWORD: hunter22;"), "password=*** PGPASSWORD: ***;");
  assert.equal(masked('{"password":"hunter22","user":"app"}'), '{"password":"***","user":"app"}');
  const secrets = secretsOf(["postgres://app:hunter%3222@db/x", "postgres://app@db/x", "not a url"]);
  assert.equal(masked("cannot log in with hunter222", secrets), "cannot log in with ***");
});

Deno.test("a reason is one line, printable and short", () => {
  assert.equal(firstLine("\n  \u001b[31merror\u001b[0m: a\u0007b\nmore"), "error: a b");
  assert.equal(firstLine("x".repeat(5_000)), `${"x".repeat(300)}...`);
  assert.equal(firstLine(""), "");
});

Deno.test("a reason names the code of the error or of its first cause that has one", () => {
  const cause = Object.assign(new Error("ended"), { code: "ECONNRESET" });
  assert.equal(reasonOf(new Error("no answer", { cause: new Error("between", { cause }) })), "no answer (ECONNRESET)");
  assert.equal(reasonOf(new AggregateError([cause], "all failed")), "all failed (ECONNRESET)");
  assert.equal(reasonOf(Object.assign(new Error("got 23505"), { code: "23505" })), "got 23505");
  assert.equal(reasonOf(new RangeError()), "RangeError");
  assert.equal(reasonOf("thrown text"), "thrown text");
  const endless = new Error("again");
  endless.cause = endless;
  assert.equal(codeOf(endless), undefined);
});

Deno.test("only what is called Refused is a refusal", () => {
  assert.deepEqual(refusalOf(Object.assign(new Error("no"), { name: "Refused", final: true })), { final: true });
  assert.deepEqual(refusalOf(Object.assign(new Error("no"), { name: "Refused" })), { final: false });
  assert.equal(refusalOf(new Error("Refused")), undefined);
  assert.equal(refusalOf({ name: "Refused" }), undefined);
});

Deno.test("the last words of a program are its last error, or else its last line", () => {
  assert.equal(lastWords("starting\nerror: Uncaught Error: boom\n    at x.ts:1\n"), "error: Uncaught Error: boom");
  assert.equal(lastWords("Traceback (most recent call last):\n  File\nValueError: no\n"), "ValueError: no");
  assert.equal(lastWords("one\ntwo\n\n"), "two");
  assert.equal(lastWords(""), "");
});

Deno.test("a tail keeps the end and no more", () => {
  const tail = new Tail(10);
  for (let n = 0; n < 100; n++) tail.push(new TextEncoder().encode(`line ${n}\n`));
  assert.equal(tail.text(), "8\nline 99\n");
});
