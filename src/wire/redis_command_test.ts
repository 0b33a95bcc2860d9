/** What commands of Redis are called, and what a history shows of them: never what is in them. */

import assert from "node:assert/strict";
import type { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { array, bulk, command } from "../testing/made_resp.ts";
import { redisTalk } from "../testing/redis_talk.ts";

Deno.test("a script is called by the first line of its text, also where only its hash is sent, else by the hash", () => {
  const names = (...all: Buffer[]) => {
    const { up, lines } = redisTalk();
    up(...all);
    return lines().map((line) => line.replace(/^up | \d+(?= "|$)/g, ""));
  };
  const text = `-- drawn${Math.random().toString(36).slice(2)}: what it does\nreturn {KEYS[1], ARGV[1]}`;
  const name = /-- (\w+)/.exec(text)![1]!;
  const sha1 = createHash("sha1").update(text).digest("hex");
  assert.deepEqual(names(command("EVALSHA", sha1, "1", "k")), [`EVALSHA ${sha1.slice(0, 8)} "1 key"`]);
  assert.deepEqual(names(command("script", "load", text)), [`SCRIPT LOAD "${name}"`]);
  assert.deepEqual(names(command("evalsha", sha1.toUpperCase(), "2", "k", "l", "v")), [`EVALSHA ${name} "2 keys"`]);
  assert.deepEqual(names(command("EVALSHA_RO", sha1, "0")), [`EVALSHA_RO ${name} "0 keys"`]);

  const other = `--${name}_too\r\nreturn 1`;
  const hash = createHash("sha1").update(other).digest("hex");
  assert.deepEqual(names(command("EVAL", other, "1", "k"), command("EVALSHA", hash, "1", "k")), [
    `EVAL ${name}_too "1 key"`,
    `EVALSHA ${name}_too "1 key"`,
  ]);
  const nameless = "return 'secret'";
  const digits = createHash("sha1").update(nameless).digest("hex").slice(0, 8);
  assert.deepEqual(names(command("EVAL", nameless, "0")), [`EVAL ${digits} "0 keys"`]);
  assert.deepEqual(names(command("FCALL", "push", "1", "k"), command("FCALL_RO", "not a name", "0")), [
    'FCALL push "1 key"',
    'FCALL_RO ? "0 keys"',
  ]);
  // Too long to be kept back until it is whole.
  const long = `-- long: x\n${"-".repeat(1 << 20)}`;
  assert.deepEqual(names(command("EVAL", long, "0"), command("EVALSHA", "secret", "0")), [
    "EVAL long",
    'EVALSHA ? "0 keys"',
  ]);
});

Deno.test("no key, value, channel, credential or word of a script is ever shown", () => {
  const secret = fc.string({ maxLength: 12 }).map((text) => `SECRET${text}`);
  const verbs = fc.constantFrom(
    ..."HELLO AUTH SET GET EVAL EVALSHA FCALL CLIENT CONFIG SCRIPT ACL SUBSCRIBE PUBLISH MULTI EXEC XADD".split(" "),
  );
  const reply = secret.chain((word) =>
    fc.constantFrom(
      `+${word.replaceAll(/[\r\n]/g, "")}\r\n`,
      `-ERR ${word.replaceAll(/[\r\n]/g, "")}\r\n`,
      bulk(word),
      array(bulk(word)),
    )
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(verbs, fc.array(secret, { minLength: 1, maxLength: 4 }), reply), { maxLength: 10 }),
      (said) => {
        const { up, down, lines } = redisTalk();
        for (const [verb, words, reply] of said) {
          up(command(verb, `${words[0]} '`, ...words.slice(1)));
          down(reply);
        }
        assert.ok(!/SECRET/i.test(lines().join("\n")), lines().join("\n"));
      },
    ),
    { numRuns: 300 },
  );
});
