/**
 * What is made of a Redis's answers, with listeners that answer as old, foreign and busy ones do.
 */
import assert from "node:assert/strict";
import { askRedis } from "./redis_answer.ts";

const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const redis = bulk("# Server\r\nredis_version:6.2.0\r\nredis_mode:standalone\r\nprocess_id:42\r\n");
const valkey = bulk(
  "# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.0.1\r\nprocess_id:43\r\n",
);

Deno.test("Redis and Valkey are told apart, and Valkey's own version is read", async () => {
  assert.deepEqual(await answered(`${redis}+PONG\r\n+OK\r\n`), {
    product: "Redis",
    version: "6.2.0",
    pid: 42,
    loading: false,
  });
  assert.deepEqual(await answered(`${valkey}-LOADING is loading the dataset in memory\r\n+OK\r\n`), {
    product: "Valkey",
    version: "8.0.1",
    pid: 43,
    loading: true,
  });
});

Deno.test("what answers otherwise, too long or not at all is an error that says so", async () => {
  await assert.rejects(answered("HTTP/1.1 400 Bad Request\r\n\r\n"), /did not answer as a Redis does: "HTTP\/1\.1 400/);
  await assert.rejects(
    answered("-NOAUTH Authentication required.\r\n"),
    /it answered -NOAUTH Authentication required\./,
  );
  await assert.rejects(answered("x".repeat(200_000)), /more than 100000 bytes/);
  await assert.rejects(answered(undefined), /did not answer to the end/);
});

/** The reading of an answer that a listener gives before it closes; undefined: it says nothing and stays. */
async function answered(text: string | undefined) {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asking = askRedis(new URL(`redis://127.0.0.1:${listener.addr.port}`), 200);
  using connection = await listener.accept();
  const answering = text === undefined ? undefined : answer(connection, text);
  try {
    return await asking;
  } finally {
    await answering;
  }
}

async function answer(connection: Deno.Conn, text: string): Promise<void> {
  await connection.read(new Uint8Array(1_000));
  const bytes = new TextEncoder().encode(text);
  try {
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
    await connection.closeWrite();
  } catch (error) {
    // The asker had enough.
    assert.ok(error instanceof Error);
  }
}
