/** projectOf() on real folders: what may be read of a subject that lies elsewhere. */

import assert from "node:assert/strict";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectOf, projectsOf } from "./project_of.ts";

Deno.test("a module's project is the nearest folder with a mark, or else the module's own folder", async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), "nevertwice-project-")));
  try {
    await mkdir(join(root, "shop", "src", "chaos"), { recursive: true });
    const module = pathToFileURL(join(root, "shop", "src", "chaos", "orders.ts"));
    assert.equal(projectOf(module), join(root, "shop", "src", "chaos"));
    await writeFile(join(root, "shop", "package.json"), "{}");
    assert.equal(projectOf(module), join(root, "shop"));
    assert.deepEqual(projectsOf([{ module }, { command: ["subject"] }, { module }]), [join(root, "shop")]);
  } finally {
    await rm(root, { recursive: true });
  }
});
