/**
 * The stack `external` on servers that are there: it uses them, says what it may not, and leaves nothing.
 */
import assert from "node:assert/strict";
import { testStack } from "../../testing/stack.ts";
import { withPostgres } from "../ask_postgres.ts";
import { beginSession, eventually, guardsOf } from "../fixtures/sessions.ts";
import { traces } from "../fixtures/traces.ts";
import { StackError } from "../native/stack_error.ts";
import { openStack } from "../open_stack.ts";

const { postgresUrl, redisUrl, toxiproxyUrl } = await testStack();
const servers = { postgres: postgresUrl, redis: redisUrl, toxiproxy: toxiproxyUrl };
const named = { POSTGRES_URL: postgresUrl.href, REDIS_URL: redisUrl.href, TOXIPROXY_URL: toxiproxyUrl.href };

Deno.test("a session on servers of others drops what it made, in every way it can end, and what a killed one left", async () => {
  await using ended = await beginSession("external", { env: named });
  await using thrown = await beginSession("external", { env: named });
  assert.ok((await traces(servers, ended.session)).length > 6, "a session leaves traces while it runs");
  await ended.tell("end");
  assert.deepEqual(await traces(servers, ended.session), []);
  await thrown.tell("throw");
  await eventually("nothing of it is left", async () => (await traces(servers, thrown.session)).length === 0);

  await using killed = await beginSession("external", { env: named });
  await using living = await beginSession("external", { env: named });
  for (const pid of await guardsOf(killed.session)) Deno.kill(pid, "SIGKILL");
  await killed.kill("SIGKILL");
  assert.notDeepEqual(await traces(servers, killed.session), []);
  const before = await traces(servers, living.session);
  await using next = await beginSession("external", { env: named });
  assert.deepEqual(await traces(servers, killed.session), [], "the next session swept");
  assert.deepEqual(await traces(servers, living.session), before, "and let a living one alone");
  await next.tell("end");
  await living.tell("end");
});

Deno.test("auto takes servers whose addresses are given, and an address of a store alone is not used", async () => {
  const said: string[] = [];
  {
    using _set = environment(named);
    await using stack = await openStack("auto", options(said));
    assert.equal(stack.name, "external");
    assert.equal(stack.toxiproxy.resetsArrive, true);
    assert.deepEqual(Object.keys(stack.versions), ["postgres", "redis", "toxiproxy"]);
  }
  assert.deepEqual(said, ["the stack is external: TOXIPROXY_URL and POSTGRES_URL and REDIS_URL are set"]);
  using _set = environment({ POSTGRES_URL: postgresUrl.href, TOXIPROXY_URL: "", REDIS_URL: "" });
  await using stack = await openStack("auto", options(said));
  assert.notEqual(stack.name, "external");
  assert.equal(said[1], "POSTGRES_URL alone does not make a stack: not used");
  assert.match(said[2] ?? "", /^the stack is \w+: /);
});

Deno.test("a store that is not named is missing, by name", async () => {
  using _set = environment({ ...named, REDIS_URL: "" });
  await using stack = await openStack("external", options());
  assert.deepEqual(stack.missing, { redis: "REDIS_URL is not set" });
});

Deno.test("a role that may not make what a session has to make is told so, and one that may is enough", async () => {
  const name = `nt_rights_${crypto.randomUUID().slice(0, 8)}`;
  const admin = (text: string) => withPostgres(postgresUrl, 5_000, (ask) => ask(text));
  await admin(`create role ${name} login password 'secret'`);
  await admin(`create database ${name}`);
  try {
    const url = new URL(`postgres://${name}:secret@${postgresUrl.host}/${name}`);
    using _set = environment({ ...named, REDIS_URL: "", POSTGRES_URL: url.href });
    await refused(/the role "nt_rights_\w+" may not make roles .* nor make schemas/);
    await admin(`alter role ${name} createrole`);
    await admin(`grant create on database ${name} to ${name}`);
    await using session = await beginSession("external", {
      env: { ...named, REDIS_URL: "", POSTGRES_URL: url.href },
    });
    await session.tell("end");
    assert.deepEqual(await traces({ postgres: url, toxiproxy: toxiproxyUrl }, session.session), []);
  } finally {
    await admin(`drop database ${name}`);
    await admin(`drop role ${name}`);
  }
});

Deno.test("what Toxiproxy cannot reach is told in one sentence, with the variable that says where it is", async () => {
  const wrong: [Record<string, string>, RegExp][] = [
    [{ POSTGRES_UPSTREAM: "127.0.0.1:1" }, /Cannot reach postgres through Toxiproxy: .* at 127\.0\.0\.1:1/],
    [{ TOXIPROXY_PORTS: "9-10" }, /of TOXIPROXY_PORTS 2 are free, and one run needs 6/],
    [{ TOXIPROXY_URL: redisUrl.href.replace("redis", "http") }, /Cannot use Toxiproxy at 127\.0\.0\.1:\d+: /],
    [{ REDIS_URL: "redis://127.0.0.1:1" }, /Cannot use Redis at 127\.0\.0\.1:1: connect ECONNREFUSED/],
  ];
  for (const [change, says] of wrong) {
    using _set = environment({ ...named, ...change });
    await refused(says);
  }
});

async function refused(says: RegExp): Promise<void> {
  await assert.rejects(openStack("external", options()), (error: unknown) => {
    assert.ok(error instanceof StackError, String(error));
    assert.match(error.message, says);
    assert.doesNotMatch(`${error.message} ${error.todo}`, /secret|\n/);
    assert.notEqual(error.todo, "");
    return true;
  });
}

function options(said: string[] = []) {
  return {
    session: crypto.randomUUID().slice(0, 8),
    services: ["postgres", "redis"] as const,
    lanes: 2,
    instances: 3,
    signal: AbortSignal.timeout(60_000),
    say: (line: string) => void said.push(line),
  };
}

/** Variables of this process until disposed; an empty one is as good as none. */
function environment(variables: Readonly<Record<string, string>>): Disposable {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  return {
    [Symbol.dispose]() {
      for (const [name, value] of before) {
        if (value === undefined) Deno.env.delete(name);
        else Deno.env.set(name, value);
      }
    },
  };
}
