/**
 * What may stand in the environment, and one sentence for what may not.
 */
import assert from "node:assert/strict";
import { StackError } from "../native/stack_error.ts";
import { readAddresses } from "./addresses.ts";

const good = { TOXIPROXY_URL: "http://127.0.0.1:8474", POSTGRES_URL: "postgres://me:secret@localhost/db" };
const read = (env: Record<string, string>) => readAddresses((name) => env[name]);

Deno.test("addresses of loopback are read, with what Toxiproxy is told of them", () => {
  const { stores, toxiproxy, ports } = read({
    ...good,
    REDIS_URL: "redis://127.0.0.1:6380",
    REDIS_UPSTREAM: "redis:6379",
    TOXIPROXY_PORTS: "8666-8668",
  });
  assert.equal(toxiproxy.port, "8474");
  assert.equal(stores.postgres?.upstream, "localhost:5432");
  assert.equal(stores.redis?.upstream, "redis:6379");
  assert.deepEqual(ports, [8666, 8667, 8668]);
});

const refused: Record<string, [Record<string, string | undefined>, RegExp]> = {
  "no Toxiproxy": [{ TOXIPROXY_URL: undefined }, /TOXIPROXY_URL is not set/],
  "no store": [{ POSTGRES_URL: undefined }, /POSTGRES_URL and REDIS_URL are not set/],
  "another machine": [{ POSTGRES_URL: "postgres://me:secret@db.example/x" }, /POSTGRES_URL leads to db\.example/],
  "Toxiproxy on another machine": [{ TOXIPROXY_URL: "http://10.0.0.7:8474" }, /TOXIPROXY_URL leads to 10\.0\.0\.7/],
  "no address": [{ POSTGRES_URL: "me:secret@db" }, /POSTGRES_URL begins with me:/],
  "TLS": [{ POSTGRES_URL: `${good.POSTGRES_URL}?sslmode=require` }, /asks for TLS/],
  "TLS of Redis": [{ REDIS_URL: "rediss://127.0.0.1" }, /REDIS_URL begins with rediss:/],
  "an upstream without a port": [{ POSTGRES_UPSTREAM: "postgres" }, /POSTGRES_UPSTREAM is "postgres"/],
  "no range": [{ TOXIPROXY_PORTS: "8666" }, /TOXIPROXY_PORTS is "8666"/],
  "a range backwards": [{ TOXIPROXY_PORTS: "9-8" }, /TOXIPROXY_PORTS is "9-8"/],
};

for (const [what, [change, says]] of Object.entries(refused)) {
  Deno.test(`${what} is refused in one sentence without a password`, () => {
    assert.throws(() => read({ ...good, ...change } as Record<string, string>), (error: unknown) => {
      assert.ok(error instanceof StackError);
      assert.match(error.message, says);
      assert.doesNotMatch(`${error.message} ${error.todo}`, /secret|\n/);
      return true;
    });
  });
}
