/**
 * The kept data folder: made once, used again, and made anew when it was cut. In a process of its own, with its own cache.
 */
import assert from "node:assert/strict";
import { namesIn } from "./folders.ts";

const CODE = `
  import { startNative } from ${JSON.stringify(new URL("./stack.ts", import.meta.url).href)};
  import { obtainPrograms } from ${JSON.stringify(new URL("./obtain.ts", import.meta.url).href)};
  import { serviceUser } from ${JSON.stringify(new URL("./service_user.ts", import.meta.url).href)};
  const asked = { say: (line) => console.log(line), signal: AbortSignal.timeout(60_000) };
  const programs = await obtainPrograms(await serviceUser(), { ...asked, say: () => {} });
  // From here on an empty cache of this test's own.
  Deno.env.set("XDG_CACHE_HOME", Deno.args[0]);
  await using stack = await startNative({ ...asked, programs });
`;

Deno.test("a fresh data folder is kept once, used again, and made anew when it was cut", async () => {
  const caches = await Deno.makeTempDir();
  await Deno.chmod(caches, 0o755);
  try {
    assert.match(await start(caches), /kept a fresh data folder of Postgres/);
    assert.equal(await start(caches), "");
    const [archive] = namesIn(`${caches}/nevertwice`);
    await Deno.truncate(`${caches}/nevertwice/${archive}`, 100_000);
    assert.match(await start(caches), /is damaged \(it has 100000 bytes\): making it anew\n.*kept a fresh/);
    assert.deepEqual(namesIn(`${caches}/nevertwice`), [archive]);
  } finally {
    await Deno.remove(caches, { recursive: true });
  }
});

async function start(caches: string): Promise<string> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["eval", CODE, caches],
    cwd: new URL("../../../", import.meta.url),
    stdin: "null",
  }).output();
  assert.ok(output.success, new TextDecoder().decode(output.stderr));
  // Sessions of others may have been swept meanwhile.
  return new TextDecoder().decode(output.stdout).split("\n").filter((line) => !line.startsWith("swept")).join("\n")
    .trim();
}
