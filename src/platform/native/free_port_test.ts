/**
 * Ports for services: one that another program listens on is passed over.
 */
import assert from "node:assert/strict";
import { freePort, isFree } from "./free_port.ts";
import { StackError } from "./stack_error.ts";

/** Lets the draw begin with these ports, among those from 20000 to 31999; gives the end of it. */
function drawing(...ports: readonly number[]): Disposable {
  const random = Math.random;
  const next = [...ports];
  Math.random = () => {
    const port = next.shift();
    return port === undefined ? random() : (port - 20_000 + 0.5) / 12_000;
  };
  return { [Symbol.dispose]: () => void (Math.random = random) };
}

Deno.test("freePort() passes over a port that another program listens on", () => {
  using other = Deno.listen({ hostname: "127.0.0.1", port: freePort() });
  const { port } = other.addr as Deno.NetAddr;
  assert.equal(isFree(port), false);
  using _ = drawing(port, port);
  assert.notEqual(freePort(), port);
});

Deno.test("freePort() says what to do when every port that it tries is taken", () => {
  using other = Deno.listen({ hostname: "127.0.0.1", port: freePort() });
  const { port } = other.addr as Deno.NetAddr;
  using _ = drawing(...Array.from({ length: 200 }, () => port));
  assert.throws(freePort, (error) => error instanceof StackError && /End what listens there/.test(error.todo));
});
