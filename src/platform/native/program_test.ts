/**
 * Which programs are taken and which are passed over, with scripts that answer as old, broken or foreign ones do.
 */
import assert from "node:assert/strict";
import { postgresProgram, versionOf } from "./postgres_program.ts";
import { find } from "./program.ts";
import { redisProgram, redisVersionOf } from "./redis_program.ts";
import { serviceUser } from "./service_user.ts";
import { toxiproxyProgram } from "./toxiproxy_program.ts";

const user = await serviceUser();

Deno.test("a Postgres is found on this machine or can be fetched", async () => {
  const { found } = await find(postgresProgram(user));
  if (found) assert.ok(Number.parseInt(found.version) >= 14);
  else assert.ok(postgresProgram(user).sources.length > 0);
});

Deno.test("an old, a broken and a half Postgres are passed over with a reason", async () => {
  await using folder = await temporary();
  const old = await folder.add("old", { postgres: "echo 'postgres (PostgreSQL) 9.6.24'", initdb: "exit 0" });
  const broken = await folder.add("broken", { postgres: "echo no library >&2; exit 127", initdb: "exit 0" });
  const half = await folder.add("half", { postgres: "echo 'postgres (PostgreSQL) 16.1'" });
  const empty = await folder.add("empty", {});
  const good = await folder.add("good", { postgres: "echo 'postgres (PostgreSQL) 16.1 (X)'", initdb: "exit 0" });
  const { found, passed } = await find(postgresProgram(user), [old, broken, half, empty, good]);
  assert.equal(found?.version, "16.1");
  assert.deepEqual(passed.map(({ why }) => why.replace(/ as \w+/, "")), [
    "it is 9.6.24, and 14 or later is needed",
    "asked for its version, it ended with code 127 no library",
    "there is no initdb beside it",
  ]);
});

Deno.test("the version of Postgres is read as each packager writes it", () => {
  assert.equal(versionOf("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), "15.18");
  assert.equal(versionOf("postgres (PostgreSQL) 19beta1"), "19beta1");
  assert.equal(versionOf("something else"), undefined);
});

Deno.test("Redis is taken before Valkey in a folder, and Valkey where Redis is too old, broken or foreign", async () => {
  await using folder = await temporary();
  const redis = (version: string) => `echo 'Redis server v=${version} sha=00000000:0 malloc=libc bits=64 build=1'`;
  const valkey = "echo 'Valkey server v=8.0.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1'";
  const both = await folder.add("both", { "redis-server": redis("7.0.0"), "valkey-server": valkey });
  const old = await folder.add("old", { "redis-server": redis("6.0.16"), "valkey-server": valkey });
  const older = await folder.add("older", { "redis-server": redis("5.0.14") });
  const broken = await folder.add("broken", { "redis-server": "echo no library >&2; exit 127" });
  const foreign = await folder.add("foreign", { "redis-server": "echo 'KeyDB server v=6.3.4'" });
  const chosen = async (...places: (typeof both)[]) => {
    const { found, passed } = await find(redisProgram(user), places);
    return { version: found?.version, whys: passed.map(({ why }) => why.replace(/ as \w+/, "")) };
  };
  assert.deepEqual(await chosen(both), { version: "7.0.0", whys: [] });
  assert.deepEqual(await chosen(old), { version: "8.0.1 (Valkey)", whys: [] });
  assert.deepEqual(await chosen(older, broken, foreign, both), {
    version: "7.0.0",
    whys: [
      "it is 5.0.14, and 7 or later is needed",
      "asked for its version, it ended with code 127 no library",
      'its version cannot be read from "KeyDB server v=6.3.4"',
    ],
  });
});

Deno.test("a Redis is run by its own name, and not by the name of what that is a link to", async () => {
  await using folder = await temporary();
  // As Debian has it: the program looks at its own name, and checks a file where it is called redis-check-rdb.
  const script = 'case "$0" in */redis-server) echo "Redis server v=7.0.15 sha=0" ;; *) exit 1 ;; esac';
  const debian = await folder.add("debian", { "redis-check-rdb": script });
  await Deno.symlink("redis-check-rdb", `${debian.folder}/redis-server`);
  assert.equal((await find(redisProgram(user), [debian])).found?.path, `${debian.folder}/redis-server`);
});

Deno.test("the version of Redis is read as each maker writes it", () => {
  assert.equal(redisVersionOf("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64"), "7.0.15");
  assert.equal(redisVersionOf("valkey server v=9.0.0-rc1 sha=00000000:0"), "9.0.0-rc1 (Valkey)");
  assert.equal(redisVersionOf("something else"), undefined);
});

Deno.test("a program called server is taken for Toxiproxy only if its build says so, and a stranger is never run", async () => {
  await using folder = await temporary();
  const stranger = await folder.add("stranger", { server: `touch ${folder.path}/was-run` });
  const build = "github.com/Shopify/toxiproxy/v2\tv2.12.0";
  const own = await folder.add("own", { server: `echo 'toxiproxy-server version git' # ${build}` });
  const { found, passed } = await find(toxiproxyProgram(), [stranger, own]);
  assert.equal(found?.version, "2.12.0");
  assert.deepEqual(passed, []);
  await assert.rejects(Deno.stat(`${folder.path}/was-run`), Deno.errors.NotFound);
});

Deno.test("an old Toxiproxy, and one whose version nobody knows, are passed over with a reason", async () => {
  await using folder = await temporary();
  const old = await folder.add("old", { "toxiproxy-server": "echo toxiproxy-server version 2.5.0" });
  const unknown = await folder.add("unknown", { "toxiproxy-server": "echo toxiproxy-server version git" });
  const { found, passed } = await find(toxiproxyProgram(), [old, unknown]);
  assert.equal(found, undefined);
  assert.deepEqual(passed.map(({ why }) => why), [
    "it is 2.5.0, and 2.12 is needed",
    'it says version "git", and the build does not tell more',
  ]);
});

async function temporary() {
  const path = await Deno.makeTempDir();
  await Deno.chmod(path, 0o755);
  return {
    path,
    async add(name: string, scripts: Record<string, string>) {
      await Deno.mkdir(`${path}/${name}`);
      for (const [file, body] of Object.entries(scripts)) {
        await Deno.writeTextFile(`${path}/${name}/${file}`, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
      }
      return { folder: `${path}/${name}`, where: "a test" };
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
