/**
 * What the stack `containers` needs, for the doctor: an engine that answers, and the images.
 */
import type { Need } from "../doctor.ts";
import { reasonOf } from "../native/stack_error.ts";
import { type Engine, findEngine } from "./engine.ts";
import { hasImage, images } from "./images.ts";

/** Looks; it pulls nothing and loads no package. */
export async function containersNeeds(): Promise<Need[]> {
  const engine = await findEngine();
  const need = { name: "container engine", wanted: "any", optional: true };
  if (typeof engine === "string") {
    const todo = ["For the stack containers: start Docker, or say where it is in DOCKER_HOST."];
    return [{ ...need, missing: { why: engine, todo } }];
  }
  try {
    const { Version } = await engine.ask<{ Version: string }>("GET", "/version");
    const found = { path: engine.address, version: Version, where: "" };
    return [{ ...need, found }, ...await Promise.all(Object.values(images).map((image) => imageNeed(engine, image)))];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return [{ ...need, missing: { why: reasonOf(error), todo: [`See what is wrong with ${engine.address}.`] } }];
  }
}

async function imageNeed(engine: Engine, image: string): Promise<Need> {
  const need = { name: "image", wanted: image, optional: true };
  if (await hasImage(engine, image)) return { ...need, found: { path: "at the engine", version: "", where: "" } };
  const todo = [`Nothing: the first session on containers pulls it. To do so now: docker pull ${image}`];
  return { ...need, missing: { why: "the engine does not have it yet", todo } };
}
