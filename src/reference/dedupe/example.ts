/**
 * A shop that takes webhooks: run it, and read it from top to bottom.
 *
 *     POSTGRES_URL=postgres://postgres@127.0.0.1:5432/postgres deno run -A src/reference/dedupe/example.ts
 *
 * It makes the tables in a schema of its own, delivers an event three times as a sender does, and drops the schema.
 */

import process from "node:process";
import postgres from "postgres";
import { Webhook } from "standardwebhooks";
import { openDedupe, schemaSql, webhookReceiver } from "./mod.ts";

const url = process.env["POSTGRES_URL"] ?? "postgres://postgres@127.0.0.1:5432/postgres";
const schema = "nevertwice_example";
const secret = "whsec_bm90IGEgc2VjcmV0LCBhbiBleGFtcGxl";

// Your migrations do this.
const sql = postgres(url, { onnotice: () => {}, connection: { search_path: schema } });
await sql.unsafe(`create schema if not exists ${schema}`);
await sql.unsafe(schemaSql);
await sql.unsafe("create table if not exists orders (event_id text, cents int)");

const dedupe = await openDedupe({ url, schema, provider: "shop" });

// 1. Rows in the same database: claim and order commit together, or neither.
const receive = webhookReceiver({
  secret,
  deliver: (event) =>
    dedupe.transactional(event, async (tx) => {
      const order = JSON.parse(new TextDecoder().decode(event.body as Uint8Array));
      await tx.query("insert into orders values ($1, $2)", [event.id, order.cents]);
    }),
  onError: (error) => console.error(error),
});

const body = JSON.stringify({ cents: 1_990 });
for (let delivery = 1; delivery <= 3; delivery++) {
  const response = await receive(signedRequest("order_7", body)); // or: Deno.serve(receive)
  console.log(`delivery ${delivery}: ${response.status} ${await response.text()}`);
}

// 2. Somebody else's system: pass the key on (they act once), or the token (they refuse whoever comes too late).
const paid = await dedupe.leased({ id: "payment_7", body }, (lease) => {
  const headers = { "idempotency-key": lease.key, "x-fencing-token": String(lease.token) };
  return Promise.resolve({ headers, signal: lease.signal.aborted }); // fetch(crm, { headers, signal: lease.signal })
});
console.log(`payment: ${paid.verdict}`);

// 3. Many events at once: one statement, one commit.
const verdicts = await dedupe.batch(
  ["order_7", "order_8", "order_9"].map((id) => ({ id, body })),
  "insert into orders select event_id, (convert_from(body, 'UTF8')::jsonb ->> 'cents')::int from fresh",
);
console.log(`batch: ${verdicts.map((one) => one.verdict).join(", ")}`);

const [orders] = await sql`select count(*)::int as count from orders`;
console.log(`orders: ${orders?.["count"]}`);

await dedupe.close();
await sql.unsafe(`drop schema ${schema} cascade`);
await sql.end();

function signedRequest(id: string, body: string): Request {
  const at = new Date();
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "webhook-signature": new Webhook(secret).sign(id, at, body),
  };
  return new Request("https://shop.test/webhooks", { method: "POST", headers, body });
}
