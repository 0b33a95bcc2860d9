/**
 * What is at the bottom of an error.
 */
import assert from "node:assert/strict";
import { innermostReason } from "./innermost_reason.ts";

Deno.test("the reason at the bottom is told, and never nothing", async () => {
  const refused = new Error("connect ECONNREFUSED 127.0.0.1:1");
  assert.equal(innermostReason(new Error("failed", { cause: refused })), refused.message);
  assert.equal(innermostReason(new AggregateError([refused, new Error("other")])), refused.message);
  assert.equal(innermostReason(new RangeError()), "RangeError");
  assert.equal(innermostReason("thrown"), "thrown");
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  const fetched = await fetch(`http://127.0.0.1:${listener.addr.port}`).then(() => "answered", innermostReason);
  assert.match(fetched, /^tcp connect error: .*refused/i);
});
