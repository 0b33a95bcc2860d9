/**
 * The process in which a history is judged for the bench, so that its memory is that of judging alone. Gets the folder of a
 * stored run, prints what it measured as JSON.
 */

import { scenariosFolder } from "../cli/project.ts";
import { discoverScenarios } from "../engine/discover.ts";
import { judgeMeasured } from "./judging.ts";

console.log(JSON.stringify(await judgeMeasured(Deno.args[0]!, await discoverScenarios(scenariosFolder))));
