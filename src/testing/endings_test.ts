/**
 * How sessions end: as expected, with a finding, with a subject that misbehaves, with a service that dies, with a full disk.
 * The right exit code, one clear sentence, what was recorded is kept, and nothing of ours is left. Those that are interrupted
 * or killed are in `interruptions_test.ts`.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { below, type Ended, isPlain, Workshop } from "./own_session.ts";

/** The harness broke: exit code 3, and one sentence that matches, the same in the results. Nothing is left. */
async function broke(workshop: Workshop, ended: Ended, says: RegExp): Promise<void> {
  isPlain(ended);
  assert.equal(ended.code, 3, ended.stdout + ended.stderr);
  const sentences = ended.stdout.split("\n").filter((line) => line.includes("The harness itself broke: "));
  assert.equal(sentences.length, 1, ended.stdout);
  assert.match(sentences[0]!, says);
  assert.equal(ended.stderr, "");
  const results = workshop.results();
  assert.equal(results.exitCode, 3);
  assert.equal(results.outcome, "unknown");
  assert.ok(sentences[0]!.endsWith(results.why), results.why);
  assert.ok(results.scenarios.every(({ verdict }) => verdict === "unknown"), "no finding about a subject");
  assert.deepEqual(await workshop.left(), []);
}

Deno.test("a session as expected can be judged again, drawn again, and its control's run replayed", async () => {
  await using workshop = await Workshop.open({ holds: "holding(3)", is_caught: 'caught("exits")' });
  const ended = await workshop.run("--json");
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  const events = ended.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(events.at(-1), { type: "ended", results: events.at(-1).results, exitCode: 0 });
  assert.deepEqual(events.filter(({ type }) => type === "finished").map(({ result }) => result.verdict).sort(), [
    "holds",
    "violated",
  ]);
  const [folder] = workshop.sessions();
  assert.equal(Deno.realPathSync(join(workshop.reports, "latest")), Deno.realPathSync(folder!));

  const judged = await workshop.run("judge", folder!);
  isPlain(judged);
  assert.equal(judged.code, 0, judged.stderr);
  for (const { path, properties } of workshop.results().scenarios) {
    for (const { name, verdict } of properties) assert.match(judged.stdout, new RegExp(`${path} +${name} ${verdict} `));
  }

  const drawn = await Deno.readTextFile(join(folder!, "index.html"));
  await Deno.remove(join(folder!, "index.html"));
  const redrawn = await workshop.run("report", folder!);
  assert.equal(redrawn.stdout, `${join(folder!, "index.html")}\n`, redrawn.stderr);
  assert.equal((await Deno.readTextFile(join(folder!, "index.html"))).length, drawn.length);

  const replayed = await workshop.run("replay", join(folder!, "runs", "is_caught", "0001"), "--times", "2");
  isPlain(replayed);
  assert.equal(replayed.code, 1, replayed.stderr);
  assert.match(replayed.stdout, /is_acknowledged was violated in 2 of 2 replays/);
  assert.deepEqual(await workshop.left(), []);
});

Deno.test("a subject that exits, hangs, spins, floods or prints junk is a finding about it, never the end of the harness", async () => {
  const program = (how: string) => {
    const speaks = new URL("../platform/instances/fixtures/speaks.sh", import.meta.url).pathname;
    return `caught(${JSON.stringify({ command: ["sh", speaks, how] })})`;
  };
  const ours = ["exits", "hangs", "spins", "floods", "prints junk"];
  const programs = ["exits at once", "junk", "lines"];
  await using workshop = await Workshop.open({
    ...Object.fromEntries(ours.map((how) => [how.replace(" ", "_"), `caught(${JSON.stringify(how)})`])),
    ...Object.fromEntries(programs.map((how) => [`program_${how.replaceAll(" ", "_")}`, program(how)])),
    claimed: 'misbehaving("exits")',
    well_behaved: "holding(1)",
  });
  // What never starts was never tried: that is said, and proves nothing about it.
  const expected: Record<string, string> = { well_behaved: "holds", program_exits_at_once: "unknown" };
  const ended = await workshop.run("--replays", "1", "--lanes", "4");
  isPlain(ended);
  assert.equal(ended.code, 1, ended.stdout + ended.stderr);
  assert.equal(ended.stderr, "");
  for (const { path, verdict, why } of workshop.results().scenarios) {
    assert.equal(verdict, expected[path] ?? "violated", `${path}: ${why}`);
    if (path === "program_exits_at_once") {
      assert.match(why, /could not be started: exited with code 4: .*no such database/);
    }
  }
  assert.deepEqual(await workshop.left(), []);
});

for (const [service, names] of [["Postgres", /\/data\/postgres-shared /], ["Toxiproxy", /toxiproxy\.json/]] as const) {
  Deno.test(`when ${service} is killed during the session, it is named, and what was recorded is kept`, async () => {
    await using workshop = await Workshop.open({ long: "holding(5000)", later: "holding(5000)" });
    const session = workshop.begin();
    await workshop.inTheMiddle();
    const before = workshop.runs();
    const [victim] = (await workshop.processes()).filter((row) => names.test(row) && !row.includes("/bin/sh"));
    assert.ok(victim, `no process of ${service}`); // without one, all of this group would be killed
    Deno.kill(parseInt(victim), "SIGKILL");
    const ended = await session.ended;
    await broke(
      workshop,
      ended,
      new RegExp(`${service}.* ended by itself with SIGKILL.*; see what ended it, and start again`),
    );
    assert.ok(before.every((path) => workshop.runs().includes(path)));
    assert.ok(below(workshop.sessions()[0]!).some((path) => path.endsWith("index.html")));
  });
}

Deno.test("a server whose disk is full is no finding about the subject that meets it", async () => {
  await using workshop = await Workshop.open({ full: 'misbehaving("meets a full disk")' });
  await broke(workshop, await workshop.run(), /the disk of the server is full \(Postgres answered 53100\); make room/);
});

Deno.test("a property that throws is our failure", async () => {
  await using workshop = await Workshop.open({ buggy: "buggy()" });
  await broke(workshop, await workshop.run(), /buggy: a bug of a property, \/ in two lines/);
});

Deno.test("an error that nobody waited for is a sentence, and the session is kept", async () => {
  await using workshop = await Workshop.open({ long: "holding(5000)" });
  const fixtures = import.meta.resolve("./fixtures/ending_scenarios.ts");
  const text = `import { holding } from "${fixtures}";
    setTimeout(() => { throw new Error("expected by a test"); }, 1_500);
    export default holding(5000);`;
  await workshop.write("strays.ts", text);
  await broke(workshop, await workshop.run(), /an error that nobody waited for: expected by a test/);
});

Deno.test({
  name: "a full disk below the reports ends the session in one sentence, and no half a file is left",
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0 || !await mounts(), // only root can mount a small disk
  async fn() {
    await using workshop = await Workshop.open({ long: "holding(5000)" });
    await using _disk = await smallDisk(workshop.reports);
    const ended = await workshop.run();
    isPlain(ended);
    assert.equal(ended.code, 3, ended.stdout);
    assert.match(
      ended.stderr,
      /^The harness itself broke: Cannot write "[^"]+": No space left on device[^\n]*; make room, or [^\n]+\n$/,
    );
    assert.ok(workshop.runs().length > 0, "what was recorded is kept");
    const histories = below(workshop.reports).filter((path) => path.endsWith("history.jsonl"));
    assert.equal(histories.length, workshop.runs().length, "each is whole");
    assert.deepEqual(below(workshop.reports).filter((path) => path.endsWith("unfinished")), []);
    assert.deepEqual(await workshop.left(), []);
  },
});

Deno.test("a scenario runs with its instances inside the harness", async () => {
  await using workshop = await Workshop.open({ holds: "holding(3)" });
  const ended = await workshop.run("--host", "inside");
  isPlain(ended);
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  assert.match(ended.stdout, /^as expected {2}holds holds \(3 plans/m);
  assert.deepEqual(await workshop.left(), []);
});

/** A disk of 300 KiB in place of a folder. Disposing takes it away. */
async function smallDisk(folder: string): Promise<AsyncDisposable> {
  const { success } = await new Deno.Command("mount", { args: ["-t", "tmpfs", "-o", "size=300k", "none", folder] })
    .output();
  assert.ok(success, "the small disk is mounted");
  return {
    async [Symbol.asyncDispose]() {
      await new Deno.Command("umount", { args: [folder] }).output();
    },
  };
}

/** Root of a container may not be allowed to mount. */
async function mounts(): Promise<boolean> {
  const folder = await Deno.makeTempDir({ prefix: "nevertwice-mount-" });
  const args = ["-c", 'mount -t tmpfs -o size=4k none "$0" && umount "$0"', folder];
  const { success } = await new Deno.Command("sh", { args, stderr: "null" }).output();
  await Deno.remove(folder);
  return success;
}
