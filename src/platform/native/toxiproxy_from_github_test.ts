/**
 * The download of a release, from a server on loopback: believed with the right sum, refused otherwise.
 */
import assert from "node:assert/strict";
import { runProgram } from "./run_program.ts";
import { toxiproxyFromGithub } from "./toxiproxy_from_github.ts";

const asked = { say: () => {}, signal: new AbortController().signal };

Deno.test("a release with the pinned sum is unpacked, a changed or a missing one is refused", async () => {
  const folder = await Deno.makeTempDir();
  const archive = await makeArchive(folder);
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const known = new URL(request.url).pathname === "/release.tar.gz";
    return known ? new Response(archive) : new Response("no", { status: 404 });
  });
  const url = `http://127.0.0.1:${server.addr.port}/release.tar.gz`;
  const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", archive)).toHex();
  const good = toxiproxyFromGithub({ url, sha256 });
  try {
    assert.equal(await good.unavailable(), undefined);
    assert.equal(await good.unreachable(asked.signal), undefined);
    await Deno.mkdir(`${folder}/good`);
    const { bin } = await good.fill(`${folder}/good`, asked);
    assert.equal(await Deno.readTextFile(`${folder}/good/${bin}/toxiproxy-server`), "the program");
    await assert.rejects(
      toxiproxyFromGithub({ url, sha256: "0".repeat(64) }).fill(folder, asked),
      new RegExp(`has the SHA-256 ${sha256}, and not 0{64}`),
    );
    await assert.rejects(toxiproxyFromGithub({ url: `${url}x`, sha256 }).fill(folder, asked), /answered 404/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function makeArchive(folder: string): Promise<Uint8Array<ArrayBuffer>> {
  await Deno.writeTextFile(`${folder}/toxiproxy-server`, "the program");
  const args = ["-czf", "made.tar.gz", "toxiproxy-server"];
  const ran = await runProgram({ command: "tar", args, cwd: folder, deadlineMs: 10_000 });
  assert.ok(ran.ok, ran.output);
  return await Deno.readFile(`${folder}/made.tar.gz`);
}
