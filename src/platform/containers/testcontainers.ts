/**
 * Testcontainers, loaded when a session takes this stack and not before: it brings some 150 packages along.
 *
 * The names are handed to `import` as values, so that Deno does not fetch them before they are needed. Its own cleaner (Ryuk, an
 * image of its own) is not used: a guard of ours clears up, with no image, sooner, and on every kind of end.
 */
import type * as postgresql from "@testcontainers/postgresql";
import type * as redis from "@testcontainers/redis";
import type * as toxiproxy from "@testcontainers/toxiproxy";
import type * as testcontainers from "npm:testcontainers@12.2.0";
import type { Engine } from "./engine.ts";

/** What is taken from it. */
export type Testcontainers =
  & Pick<typeof testcontainers, "GenericContainer" | "getContainerRuntimeClient" | "ImageName">
  & Pick<typeof postgresql, "PostgreSqlContainer">
  & Pick<typeof redis, "RedisContainer">
  & Pick<typeof toxiproxy, "ToxiProxyContainer">;

/** A container that runs. */
export type StartedContainer = testcontainers.StartedTestContainer;

/** When a container is ready is asked from the server in it, by us. */
export type WaitStrategy = Parameters<testcontainers.GenericContainer["withWaitStrategy"]>[0];

const packages = [
  "npm:testcontainers@12.2.0",
  "@testcontainers/postgresql",
  "@testcontainers/redis",
  "@testcontainers/toxiproxy",
];

/** Loads it, set to the engine that was found. Rejects if it cannot speak to it. */
export async function loadTestcontainers(engine: Engine): Promise<Testcontainers> {
  const modules = await Promise.all(packages.map((name) => import(name)));
  const library: Testcontainers = Object.assign({}, ...modules);
  // It looks once. Our ports are on loopback; else it searches for another address where it believes to run in a container.
  using _told = telling({ DOCKER_HOST: engine.address, TESTCONTAINERS_HOST_OVERRIDE: "127.0.0.1" });
  await library.getContainerRuntimeClient();
  return library;
}

/** Variables of this process, until disposed. */
function telling(variables: Readonly<Record<string, string>>): Disposable {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  return {
    [Symbol.dispose]() {
      for (const [name, value] of before) {
        if (value === undefined) Deno.env.delete(name);
        else Deno.env.set(name, value);
      }
    },
  };
}
