/**
 * Services for tests of this repository. The runner of all tests starts one stack and gives its addresses in the
 * environment; a test file that is run alone starts one for its process.
 *
 * Ask for it at the top of a test file, outside `Deno.test`: the stack outlives every test, and Deno's watch for leaks would
 * charge it to the first.
 */
import { startNative } from "../platform/native/stack.ts";

/** Where the services of this process listen; all addresses are of loopback. */
export interface TestStack {
  readonly postgresUrl: URL;
  /** A Redis without a password, shared by all test files: a test that flushes, fills or stops it needs one of its own. */
  readonly redisUrl: URL;
  readonly toxiproxyUrl: URL;
}

let started: Promise<TestStack> | undefined;

/** The services, started on the first call. They end with the process, because their supervisor waits for its end. */
export function testStack(): Promise<TestStack> {
  started ??= start();
  return started;
}

async function start(): Promise<TestStack> {
  const [postgres, redis, toxiproxy] = ["POSTGRES", "REDIS", "TOXIPROXY"].map(given);
  if (postgres && redis && toxiproxy) return { postgresUrl: postgres, redisUrl: redis, toxiproxyUrl: toxiproxy };
  const stack = await startNative({ say: (line) => console.error(line), signal: new AbortController().signal });
  return {
    postgresUrl: postgres ?? stack.shared.url,
    redisUrl: redis ?? (await stack.ownRedis()).url,
    toxiproxyUrl: toxiproxy ?? stack.toxiproxy.url,
  };
}

function given(name: string): URL | undefined {
  const address = Deno.env.get(`NEVERTWICE_TEST_${name}_URL`);
  return address ? new URL(address) : undefined;
}
