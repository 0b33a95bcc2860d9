/** No claim rests on a property that nobody has seen red: each has a flawed twin that it has to catch in every session. */

import assert from "node:assert/strict";
import { propertiesOf } from "../core/scenario.ts";
import { discoverScenarios } from "../engine/discover.ts";
import { scenariosFolder } from "./safeguards/page.ts";

const scenarios = (await discoverScenarios(scenariosFolder)).map(({ scenario }) => scenario);
const namesIn = (kind: "claim" | "control") =>
  new Set(scenarios.filter((one) => one.kind === kind).flatMap(propertiesOf).map(({ name }) => name));

Deno.test("every property of a claim is named by a control", () => {
  assert.deepEqual([...namesIn("claim").difference(namesIn("control"))], []);
});
