/**
 * The cache with a small program of our own: filled once, damage noticed, sources in turn, two at once.
 */
import assert from "node:assert/strict";
import { fromCache } from "./cache.ts";
import { namesIn } from "./folders.ts";
import { obtain } from "./obtain.ts";
import type { Program, Source } from "./program.ts";
import { runProgram } from "./run_program.ts";
import { StackError } from "./stack_error.ts";

const signal = new AbortController().signal;

Deno.test("the cache is filled once, and says from where", async () => {
  await using cache = await temporary();
  const said: string[] = [];
  const asked = { say: (line: string) => said.push(line), signal };
  const source = script("a shelf");
  const program = greeter([source]);
  assert.equal((await fromCache(cache.folder, program, asked)).version, "1.0");
  const second = await fromCache(cache.folder, program, asked);
  assert.equal(second.where, "our cache, from a shelf");
  assert.equal(source.fills, 1);
  assert.deepEqual(said.length, 1);
  assert.match(said[0] ?? "", /installing Greeter from a shelf into/);
});

for (
  const [damage, harm] of Object.entries({
    "a truncated file": (folder: string) => Deno.truncate(`${folder}/share/data`, 3),
    "a lost file": (folder: string) => Deno.remove(`${folder}/share/data`),
    "a program changed in place": (folder: string) =>
      Deno.writeTextFile(`${folder}/bin/greet`, "#!/bin/sh\necho 1.1\n"),
    "a manifest that is cut": (folder: string) => Deno.truncate(`${folder}/manifest.json`, 20),
    "no manifest": (folder: string) => Deno.remove(`${folder}/manifest.json`),
  })
) {
  Deno.test(`an entry with ${damage} is noticed and replaced`, async () => {
    await using cache = await temporary();
    const source = script("a shelf");
    const said: string[] = [];
    const asked = { say: (line: string) => said.push(line), signal };
    const { path } = await fromCache(cache.folder, greeter([source]), asked);
    await harm(path.replace("/bin/greet", ""));
    assert.equal((await fromCache(cache.folder, greeter([source]), asked)).version, "1.0");
    assert.equal(source.fills, 2);
    assert.match(said[1] ?? "", /damaged \(.+\): replacing it/);
  });
}

Deno.test("a download that is broken is not kept, and the next source is asked", async () => {
  await using cache = await temporary();
  const said: string[] = [];
  const program = greeter([script("a torn shelf", "exit 3"), failing("a shelf far away"), script("a good shelf")]);
  const got = await fromCache(cache.folder, program, { say: (line) => said.push(line), signal });
  assert.equal(got.where, "our cache, from a good shelf");
  assert.match(said.join("\n"), /that did not work: it ended with code 3\n.*\nthat did not work: no road/);
  assert.deepEqual(namesIn(cache.folder).filter((name) => name.startsWith(".new")), []);
});

Deno.test("when no source can give it, one error names each reason and what to do", async () => {
  await using cache = await temporary();
  const program = greeter([failing("a shelf far away")]);
  await assert.rejects(fromCache(cache.folder, program, { say: () => {}, signal }), (error: unknown) => {
    assert.ok(error instanceof StackError);
    assert.match(error.why, /a shelf far away: no road/);
    assert.equal(error.todo, program.todo);
    return true;
  });
});

Deno.test("two sessions that miss the same program at once fill the cache once", async () => {
  await using cache = await temporary();
  const source = script("a shelf");
  const asked = { say: () => {}, signal };
  const both = await Promise.all([1, 2].map(() => fromCache(cache.folder, greeter([source]), asked)));
  assert.deepEqual(both.map(({ version }) => version), ["1.0", "1.0"]);
  assert.equal(source.fills, 1);
});

Deno.test("a folder that cannot be written is one sentence with what to do", async () => {
  const program = greeter([script("a shelf")]);
  await assert.rejects(
    fromCache("/proc/nevertwice", program, { say: () => {}, signal }),
    /Cannot keep Greeter in \/proc/,
  );
});

Deno.test("a program of the machine goes before the cache, and one that was passed over is named", async () => {
  await using cache = await temporary();
  const source = script("a shelf");
  await source.fill(`${cache.folder}/good`);
  await script("", "exit 9").fill(`${cache.folder}/bad`);
  const places = ["bad", "good"].map((name) => ({ folder: `${cache.folder}/${name}/bin`, where: "here" }));
  const said: string[] = [];
  const got = await obtain(greeter([]), cache.folder, { say: (line) => said.push(line), signal }, places);
  assert.equal(got.where, "here");
  assert.match(said.join(), /passed over .*bad\/bin\/greet: it ended with code 9/);
});

function greeter(sources: readonly Source[]): Program {
  return {
    name: "Greeter",
    wanted: "1.0",
    todo: "Write one.",
    places: () => [],
    async examine({ folder, where }) {
      const path = `${folder}/greet`;
      const ran = await runProgram({ command: path, args: [], deadlineMs: 5_000 });
      return ran.ok ? { path, version: ran.output, where } : { path, why: `it ${ran.how}` };
    },
    sources,
  };
}

function script(name: string, body = "echo 1.0") {
  return {
    name,
    fills: 0,
    unavailable: () => Promise.resolve(undefined),
    unreachable: () => Promise.resolve(undefined),
    async fill(folder: string) {
      this.fills++;
      await Deno.mkdir(`${folder}/bin`, { recursive: true });
      await Deno.mkdir(`${folder}/share`);
      await Deno.writeTextFile(`${folder}/share/data`, "some data");
      await Deno.writeTextFile(`${folder}/bin/greet`, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
      return { bin: "bin" };
    },
  };
}

function failing(name: string): Source {
  return { ...script(name), fill: () => Promise.reject(new Error("no road")) };
}

async function temporary() {
  const folder = await Deno.makeTempDir();
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}
