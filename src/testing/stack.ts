/**
 * Services for tests of this repository. The runner of all tests starts one stack and gives its addresses in the
 * environment; a test file that is run alone starts one for its process.
 *
 * Ask for it at the top of a test file, outside `Deno.test`: the stack outlives every test, and Deno's watch for leaks would
 * charge it to the first.
 */
import { startNative } from "../platform/native/stack.ts";

/** Where the services of this process listen; both addresses are of loopback. */
export interface TestStack {
  readonly postgresUrl: URL;
  readonly toxiproxyUrl: URL;
}

let started: Promise<TestStack> | undefined;

/** The services, started on the first call. They end with the process, because their supervisor waits for its end. */
export function testStack(): Promise<TestStack> {
  started ??= start();
  return started;
}

async function start(): Promise<TestStack> {
  const postgres = Deno.env.get("NEVERTWICE_TEST_POSTGRES_URL");
  const toxiproxy = Deno.env.get("NEVERTWICE_TEST_TOXIPROXY_URL");
  if (postgres && toxiproxy) return { postgresUrl: new URL(postgres), toxiproxyUrl: new URL(toxiproxy) };
  const stack = await startNative({ say: (line) => console.error(line), signal: new AbortController().signal });
  return {
    postgresUrl: new URL(Deno.env.get("NEVERTWICE_TEST_POSTGRES_URL") || stack.shared.url),
    toxiproxyUrl: new URL(Deno.env.get("NEVERTWICE_TEST_TOXIPROXY_URL") || stack.toxiproxy.url),
  };
}
