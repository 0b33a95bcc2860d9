/**
 * `deno task test`: everything a contributor needs, in the order in which it is cheap. Format, lint and types count as one
 * test each; then one native stack is started for all tests that talk to real services. Ends with a line such as
 * `120 passed, 0 failed, 1 skipped`.
 */

import { startNative } from "../platform/native/stack.ts";

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const root = new URL("../../", import.meta.url);
const sources = ["src", "scenarios"];
const count: Count = { passed: 0, failed: 0, skipped: 0 };

/** Runs deno on this checkout; its output goes through. */
async function deno(args: readonly string[], env: Record<string, string> = {}): Promise<boolean> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd: root, env, stdin: "null" });
  return (await command.spawn().status).success;
}

async function step(name: string, args: readonly string[]): Promise<void> {
  console.log(`\n${name}: deno ${args.join(" ")}`);
  if (await deno(args)) count.passed++;
  else {
    count.failed++;
    console.log(`${name} failed`);
  }
}

/** Runs the tests, and counts them from the JUnit file that deno writes: its closing line is for people. */
async function tests(only: readonly string[]): Promise<void> {
  const signal = new AbortController();
  const stop = () => signal.abort();
  for (const name of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(name, stop);
  await using stack = await startNative({ say: console.log, signal: signal.signal });
  const redis = await stack.ownRedis();
  const folder = await Deno.makeTempDir({ prefix: "nevertwice-test-" });
  try {
    const junit = `${folder}/junit.xml`;
    const services = Object.entries(stack.versions).map(([name, version]) => `${name} ${version}`).join(", ");
    console.log(`\nTests on ${services}`);
    const succeeded = await deno(["test", "-A", `--junit-path=${junit}`, ...(only.length > 0 ? only : sources)], {
      NEVERTWICE_TEST_POSTGRES_URL: stack.shared.url.href,
      NEVERTWICE_TEST_REDIS_URL: redis.url.href,
      NEVERTWICE_TEST_TOXIPROXY_URL: stack.toxiproxy.url.href,
    });
    add(await Deno.readTextFile(junit), succeeded);
  } finally {
    await Deno.remove(folder, { recursive: true });
    for (const name of ["SIGINT", "SIGTERM"] as const) Deno.removeSignalListener(name, stop);
  }
}

function add(junit: string, succeeded: boolean): void {
  const number = (name: string) => Number(new RegExp(`<testsuites[^>]*\\b${name}="(\\d+)"`).exec(junit)?.[1] ?? 0);
  const failed = number("failures") + number("errors");
  const skipped = [...junit.matchAll(/<testcase name="([^"]*)"[^>]*>\s*<skipped/g)].map((match) => match[1]);
  for (const name of skipped) console.log(`skipped: ${name}`);
  count.failed += succeeded ? failed : Math.max(1, failed);
  count.skipped += skipped.length;
  count.passed += number("tests") - failed - skipped.length;
}

await step("format", ["fmt", "--check"]);
await step("lint", ["lint"]);
await step("types", ["check", ...sources, "docs"]);
try {
  await tests(Deno.args);
} catch (cause) {
  count.failed++;
  console.error(`The tests could not run: ${cause instanceof Error ? cause.message : cause}`);
}
console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
Deno.exit(count.failed === 0 ? 0 : 1);
