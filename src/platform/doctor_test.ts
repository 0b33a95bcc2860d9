/**
 * The doctor: it looks at this machine and says it in a table.
 */
import assert from "node:assert/strict";
import { examine, type Need, renderNeeds } from "./doctor.ts";

Deno.test("the doctor names each need, and for each either where it is or why it is missing", async () => {
  const needs = await examine();
  for (
    const name of ["Deno", "Postgres", "Redis", "Toxiproxy", "user for the stores", "free ports", "temporary folder"]
  ) {
    assert.ok(needs.some((need) => need.name === name), `nothing is said about ${name}`);
  }
  for (const need of needs) assert.notEqual(need.found === undefined, need.missing === undefined, need.name);
});

Deno.test("the table is aligned, keeps to one line a need, and says what to do", () => {
  const needs: Need[] = [
    {
      name: "Deno",
      wanted: "2.9 or later",
      found: { path: "/deno", version: "2.9.6", where: "PATH" },
      optional: false,
    },
    {
      name: "Postgres",
      wanted: "14 or later",
      missing: { why: "not\n  here", todo: ["Install it."] },
      optional: false,
    },
    { name: "a source", wanted: "", missing: { why: "no go", todo: [] }, optional: true },
  ];
  assert.equal(
    renderNeeds(needs),
    [
      "ok       Deno      2.9 or later  2.9.6  /deno (PATH)",
      "MISSING  Postgres  14 or later          not / here",
      "         -> Install it.",
      "none     a source                       no go",
    ].join("\n"),
  );
});
