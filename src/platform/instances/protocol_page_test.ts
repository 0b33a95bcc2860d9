/** The page on the protocol says what the code does: its examples and its limits are checked. */

import assert from "node:assert/strict";
import type { Operation } from "../../core/plan.ts";
import { begin, listening, spec } from "./fixtures/listening.ts";
import { standardLimits } from "./limits.ts";
import { protocolVersion, readLine } from "./messages.ts";
import { processPool } from "./pool.ts";

const page = await Deno.readTextFile(new URL("../../../docs/protocol.md", import.meta.url));

/** The first code block of a language. */
function block(language: string): string {
  return page.split(`\`\`\`${language}\n`)[1]!.split("```")[0]!;
}

async function has(program: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", { args: ["-c", `command -v ${program}`], stdout: "null" }).output();
  return success;
}

Deno.test("the session and every example of the protocol's page are what the harness accepts", () => {
  assert.ok(page.startsWith(`# The line protocol of instances, version ${protocolVersion}\n`));
  const lines = block("session").trim().split("\n");
  const examples = [...page.matchAll(/^\| .*`(\{"type".*\})` \|$/gm)].map(([, example]) => example!);
  const said = [...lines.filter((line) => line.startsWith("> ")).map((line) => line.slice(2)), ...examples];
  assert.ok(said.length >= 15);
  for (const line of said) assert.notEqual(readLine(line).type, "malformed", line);
  const asked = lines.filter((line) => line.startsWith("< ")).map((line) => JSON.parse(line.slice(2)).type);
  assert.deepEqual(asked, ["start", "invoke", "invoke", "cancel", "invoke", "ping", "stop"]);
});

Deno.test("the protocol's page states the limits that the harness holds", () => {
  const mebibytes = (bytes: number) => `${bytes / 1024 / 1024} MiB`;
  const { lineBytesMax, bytesPerSecondMax, unreadBytesMax, linesPerSecondMax, notesPerRunMax } = standardLimits;
  const stated = [
    `length of a line | ${mebibytes(lineBytesMax)}`,
    `${mebibytes(bytesPerSecondMax)} within a second`,
    `standard input | ${mebibytes(unreadBytesMax)}`,
    `${linesPerSecondMax.toLocaleString("en")} within a second`,
    `${notesPerRunMax.toLocaleString("en")} a run`,
    `within ${standardLimits.helloWithinMs / 1000} s of`,
    `${standardLimits.lateOperationsMax.toLocaleString("en")} | broke`,
    `the last ${standardLimits.stderrKeptBytes / 1024} KiB`,
  ];
  for (const words of stated) assert.ok(page.includes(words), words);
});

Deno.test({
  name: "the Python host of the protocol's page is a subject (needs python3)",
  ignore: !(await has("python3")),
  async fn() {
    const file = await Deno.makeTempFile({ suffix: ".py" });
    try {
      await Deno.writeTextFile(file, block("python"));
      await using pool = processPool();
      const heard = listening();
      const instance = await begin(pool, spec({ command: ["python3", file] }), heard);
      const op: Operation = { key: "evt_1" };
      assert.deepEqual(await instance.invoke("d1.1", op, 5_000), { outcome: "ok", value: "processed" });
      assert.deepEqual(await instance.invoke("d1.2", op, 5_000), { outcome: "ok", value: "duplicate" });
      const refused: Operation & { body: string } = { key: "evt_2", body: "not json" };
      assert.equal((await instance.invoke("d2.1", refused, 5_000)).outcome, "fail");
      assert.equal(await instance.stop(5_000), "stopped");
      assert.deepEqual(heard.lines, ["event started", 'note handler {"key":"evt_1"} d1.1', "event stopped"]);
    } finally {
      await Deno.remove(file);
    }
  },
});
