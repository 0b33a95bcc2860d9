/**
 * Ports that are lent and given back.
 */
import assert from "node:assert/strict";
import { PortPool } from "./port_pool.ts";

Deno.test("a pool lends each port once, the one longest out of use first, and says when it has none", async () => {
  const pool = new PortPool([1, 2]);
  const first = await pool.proxyPorts.take();
  assert.deepEqual([first.listen, first.port], ["0.0.0.0:1", 1]);
  assert.equal(await pool.take(), 2);
  await assert.rejects(pool.take(), /all 2 are in use/);
  pool.giveBack(2);
  first.giveBack();
  assert.deepEqual([await pool.take(), await pool.take()], [2, 1]);
});
