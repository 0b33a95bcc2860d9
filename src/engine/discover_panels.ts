/**
 * Finds the panels of the report by listing their folder: adding one is adding a file, whose name begins with its rank.
 */

import { readdir } from "node:fs/promises";
import type { Panel } from "../core/panel.ts";

/** `40_violations.tsx`: two digits of rank, a name. Files without a rank are parts of panels. */
const panelName = /^\d{2}_[a-z0-9_]+\.tsx$/;

/** All panels of a folder, by rank. Rejects, with the file's name, if one of them exports no panel. */
export async function discoverPanels(folder: URL = new URL("../panels/", import.meta.url)): Promise<Panel[]> {
  const names = (await readdir(folder)).filter((name) => panelName.test(name) && !name.endsWith("_test.tsx")).sort();
  const panels: Panel[] = [];
  for (const name of names) {
    const module: { default?: unknown } = await import(new URL(name, folder).href);
    if (!isPanel(module.default)) throw new Error(`Cannot use "panels/${name}": its default export is not a panel`);
    panels.push(module.default);
  }
  return panels;
}

function isPanel(value: unknown): value is Panel {
  return typeof value === "object" && value !== null && "title" in value && typeof value.title === "string" &&
    "render" in value && typeof value.render === "function";
}
