/**
 * The images that containers are made of, pinned; the compose file names the same ones.
 */
import { reasonOf, StackError } from "../native/stack_error.ts";
import { within } from "../instances/within.ts";
import { type Engine, EngineError } from "./engine.ts";
import type { Testcontainers } from "./testcontainers.ts";

/** By service. What is in them is asked from the servers: a tag says what somebody meant it to be. */
export const images = {
  postgres: "postgres:17-alpine",
  redis: "redis:7-alpine",
  toxiproxy: "ghcr.io/shopify/toxiproxy:2.12.0",
} as const;

const pullMsMax = 600_000;

/** Whether the engine has it already. */
export async function hasImage(engine: Engine, image: string): Promise<boolean> {
  try {
    await engine.ask("GET", `/images/${image}/json`);
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.status === 404) return false;
    throw error;
  }
}

/** Pulls what is missing, and says so. Throws StackError if one cannot be had. */
export async function obtainImages(
  engine: Engine,
  { getContainerRuntimeClient, ImageName }: Testcontainers,
  asked: { signal: AbortSignal; say(line: string): void },
): Promise<void> {
  for (const image of Object.values(images)) {
    if (await hasImage(engine, image)) continue;
    asked.say(`pulling the image ${image}`);
    const { promise: aborted, resolve: abort } = Promise.withResolvers<"aborted">();
    const onAbort = () => abort("aborted");
    asked.signal.addEventListener("abort", onAbort);
    try {
      const client = await getContainerRuntimeClient();
      const pulled = client.image.pull(ImageName.fromString(image)).then(() => "pulled" as const);
      const ended = await within(Promise.race([pulled, aborted]), pullMsMax);
      asked.signal.throwIfAborted();
      if (ended === undefined) throw new Error(`it took longer than ${pullMsMax / 60_000} minutes`);
      // A pull that fails on the way is told as one that ended.
      if (!await hasImage(engine, image)) throw new Error("the engine has it not, although it pulled it");
    } catch (cause) {
      asked.signal.throwIfAborted();
      const todo = `See that \`docker pull ${image}\` works, or take another stack: \`--stack native\`.`;
      throw new StackError({ what: `Cannot get the image ${image}`, why: reasonOf(cause), todo, cause });
    } finally {
      asked.signal.removeEventListener("abort", onAbort);
    }
  }
}
