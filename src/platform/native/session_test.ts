/**
 * The worst end: kill -9 of the harness, and of its supervisor too. Each test does it to a Deno process of its own.
 */
import assert from "node:assert/strict";
import { isFree } from "./free_port.ts";
import { realPath } from "./folders.ts";
import { serviceUser } from "./service_user.ts";
import { Session } from "./session.ts";

/** A harness of its own: starts the stack, says where it is, and then does what `ending` says. */
function harnessCode(ending: string): string {
  return `
    import { startNative } from ${JSON.stringify(new URL("./stack.ts", import.meta.url).href)};
    const stack = await startNative({ say: () => {}, signal: AbortSignal.timeout(60_000) });
    const own = await stack.own();
    console.log(JSON.stringify({ ports: [stack.shared.url.port, own.url.port, stack.toxiproxy.url.port], pid: own.pid }));
    await new Promise((resolve) => Deno.stdin.read(new Uint8Array(1)).then(resolve));
    ${ending}
  `;
}

const root = new URL("../../../", import.meta.url);
const quiet = { say: () => {}, signal: new AbortController().signal };

Deno.test("after kill -9 of the harness no process, port or folder is left within seconds", async () => {
  await using harness = await startHarness("");
  Deno.kill(harness.process.pid, "SIGKILL");
  await until("the folder is gone", () => realPath(harness.folder) === undefined);
  assert.deepEqual(harness.ports.map(isFree), [true, true, true]);
  assert.deepEqual(processesNaming(harness.folder), []);
});

for (
  const [how, ending] of Object.entries({
    "just ends": "",
    "throws": "throw new Error('expected by a test')",
    "throws while it disposes":
      "setTimeout(() => { throw new Error('expected by a test') }, 5); await stack[Symbol.asyncDispose]()",
    "exits while it disposes": "setTimeout(() => Deno.exit(1), 5); await stack[Symbol.asyncDispose]()",
  })
) {
  Deno.test(`a harness that ${how} leaves nothing either`, async () => {
    await using harness = await startHarness(ending);
    await harness.goOn();
    await until("the folder is gone", () => realPath(harness.folder) === undefined);
    assert.deepEqual(harness.ports.map(isFree), [true, true, true]);
  });
}

Deno.test("after kill -9 of the harness and of its supervisor the next session sweeps", async () => {
  await using harness = await startHarness("");
  const watching = processesNaming(harness.folder).find(({ text }) => text.includes("watch"));
  assert.ok(watching, "there is a supervisor");
  Deno.kill(watching.pid, "SIGKILL");
  Deno.kill(harness.process.pid, "SIGKILL");
  await harness.process.status;
  assert.deepEqual(harness.ports.map(isFree), [false, false, false], "nobody was there to end them");
  const said: string[] = [];
  await using _next = await Session.open(await serviceUser(), { ...quiet, say: (line) => said.push(line) });
  assert.match(said.join("\n"), new RegExp(`swept ${harness.folder}`));
  assert.equal(realPath(harness.folder), undefined);
  assert.deepEqual(harness.ports.map(isFree), [true, true, true]);
});

Deno.test("a sweep lets a living session alone", async () => {
  const user = await serviceUser();
  await using living = await Session.open(user, quiet);
  await using _other = await Session.open(user, quiet);
  assert.notEqual(realPath(`${living.folder}/running`), undefined);
});

async function startHarness(ending: string) {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["eval", harnessCode(ending)],
    cwd: root,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  const { ports, pid } = JSON.parse(value ?? "null");
  const folder = processesNaming("/data/own-1").map(({ pid: found, text }) =>
    found === pid && /-D (\S+)\/data\//.exec(text)?.[1]
  )
    .find((path) => path);
  assert.ok(folder, "the session's folder is in the arguments of its server");
  return {
    process,
    folder,
    ports: (ports as string[]).map(Number),
    goOn: () => process.stdin.close(),
    async [Symbol.asyncDispose]() {
      await reader.cancel();
      if (!process.stdin.locked) {
        await process.stdin.close().catch((error: unknown) => assert.ok(error instanceof TypeError));
      }
      await process.status;
    },
  };
}

/** All processes with the text in their arguments. */
function processesNaming(text: string): { pid: number; text: string }[] {
  const asked = new Deno.Command("ps", { args: ["-A", "-ww", "-o", "pid=,args="] }).outputSync();
  const rows = new TextDecoder().decode(asked.stdout).split(/\n(?=\s*\d+ )/).filter((row) => row.includes(text));
  return rows.map((row) => ({ pid: Number.parseInt(row), text: row }));
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
