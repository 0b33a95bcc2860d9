/**
 * Sessions that are interrupted or killed, at several moments: a report of what was done so far, exit code 130, and nothing of
 * ours is left, neither by them nor after the next start.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { below, type Ended, eventually, isPlain, Workshop } from "./own_session.ts";

/** When a session is interrupted: waits for that moment. */
const moments: Readonly<Record<string, (workshop: Workshop) => Promise<void>>> = {
  "while the services start": (workshop) => eventually(() => below(workshop.temporary).length > 0),
  "in the middle": (workshop) => workshop.inTheMiddle(),
};

for (const [when, moment] of Object.entries(moments)) {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.test(`${signal} ${when} ends the session with a report of what was done, and 130`, async () => {
      await using workshop = await Workshop.open({ long: "holding(5000)", later: "holding(5000)" });
      const session = workshop.begin();
      await moment(workshop);
      session.kill(signal);
      const ended = await session.ended;
      interrupted(workshop, ended);
      assert.match(ended.stdout, /\? Interrupted: what had not been reached is unknown\n/);
      const { scenarios, interrupted: said } = workshop.results();
      assert.equal(said, true);
      assert.deepEqual(scenarios.map(({ path, verdict }) => `${path} ${verdict}`), ["later unknown", "long unknown"]);
      assert.deepEqual(await workshop.left(), []);
    });
  }
}

Deno.test("SIGINT while the report is written leaves a whole report, and 130", async () => {
  await using workshop = await Workshop.open({ holds: "holding(1)" });
  // The report waits for the results before it, which come through a pipe that the test opens.
  const before = join(workshop.reports, "before");
  await Deno.mkdir(before);
  const pipe = join(before, "results.json");
  assert.ok((await new Deno.Command("mkfifo", { args: [pipe] }).output()).success);
  await Deno.symlink("before", join(workshop.reports, "latest"));
  const session = workshop.begin();
  // Opens as soon as the other end is read.
  const end = await Deno.open(pipe, { write: true });
  session.kill("SIGINT");
  await eventually(() => session.printed().includes("Interrupted: "));
  end.close();
  interrupted(workshop, await session.ended);
  const { exitCode, scenarios } = workshop.results();
  assert.deepEqual([exitCode, scenarios[0]!.verdict], [0, "holds"], "the results are those of a whole session");
  await Deno.remove(pipe);
  assert.deepEqual(await workshop.left(), []);
});

Deno.test("one Ctrl-C that comes twice, from the terminal and from deno task, is one", async () => {
  await using workshop = await Workshop.open({ hangs: 'misbehaving("hangs")' });
  const session = workshop.begin("--json");
  await eventually(() => session.printed().includes('"started"'));
  session.kill("SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 20));
  session.kill("SIGINT");
  assert.equal((await session.ended).code, 130);
  assert.equal(workshop.results().interrupted, true);
});

Deno.test("a second SIGINT ends the session at once", async () => {
  await using workshop = await Workshop.open({ hangs: 'misbehaving("hangs")' });
  const session = workshop.begin("--json");
  await eventually(() => session.printed().includes('"started"'));
  session.kill("SIGINT");
  await eventually(() => session.printed().includes("again to end at once"));
  await new Promise((resolve) => setTimeout(resolve, 400));
  session.kill("SIGINT");
  assert.equal((await session.ended).code, 130);
  assert.deepEqual(await workshop.left(), []);
});

Deno.test("after kill -9 of the harness and one more start nothing is left, and what was recorded can be judged", async () => {
  await using workshop = await Workshop.open({ long: "holding(60)", spins: 'misbehaving("spins")' });
  const session = workshop.begin("--lanes", "2");
  await workshop.inTheMiddle();
  session.kill("SIGKILL");
  await session.ended;
  const judged = await workshop.run("judge", workshop.sessions()[0]!);
  assert.match(judged.stdout, /long +process_stays_alive holds \(\d+ examined in \d+ runs, 0 void\)/, judged.stderr);
  const again = await workshop.run("60 runs");
  assert.equal(again.code, 0, again.stdout + again.stderr);
  assert.deepEqual(await workshop.left(), []);
});

/** Exit code 130, one sentence that says so, a report. */
function interrupted(workshop: Workshop, ended: Ended): void {
  isPlain(ended);
  assert.equal(ended.code, 130, ended.stdout + ended.stderr);
  assert.equal(ended.stderr, "");
  assert.equal(ended.stdout.split("\n").filter((line) => line.startsWith("Interrupted: ")).length, 1, ended.stdout);
  const report = below(workshop.reports).filter((path) => path.endsWith("index.html"));
  assert.equal(report.length, 1);
}
