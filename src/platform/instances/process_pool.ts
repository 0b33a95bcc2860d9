/**
 * Instances in processes of the operating system. Those of TypeScript subjects serve one subject after the other, for a
 * process costs far more than a start in it; a command is run once for each instance.
 */

import { fileURLToPath } from "node:url";
import type { Child } from "./child.ts";
import { Crew } from "./crew.ts";
import { denoCache, denoHost, instanceEnv, misses } from "./deno_host.ts";
import { Launcher } from "./launcher.ts";
import { type Limits, standardLimits } from "./limits.ts";
import type { InstancePool, Listener, Start, StartSpec } from "./pool.ts";
import { firstLine } from "./reason.ts";
import { startIn } from "./running.ts";
import { within } from "./within.ts";

/** What a pool may be told. */
export interface PoolOptions {
  /** Folder of the repository: where deno.json is, and where commands run. This repository by default. */
  readonly root?: string;
  /** What hosted modules may read besides the repository, for instance their own folder. */
  readonly readable?: readonly string[];
  readonly limits?: Partial<Limits>;
  /** Hears a sentence when a package has to be fetched. */
  readonly say?: (sentence: string) => void;
}

const fetchedWithinMs = 120_000;

/** Makes the pool of a session. Nothing runs before the first start or warm. */
export function processPool(options: PoolOptions = {}): InstancePool {
  return new ProcessPool(options);
}

class ProcessPool implements InstancePool {
  readonly #root: string;
  readonly #limits: Limits;
  readonly #say: (sentence: string) => void;
  readonly #launcher = new Launcher();
  readonly #crew: Crew;
  readonly #fetched = new Map<string, Promise<string | undefined>>();

  constructor({ root, readable = [], limits, say = () => undefined }: PoolOptions) {
    this.#root = root ?? fileURLToPath(new URL("../../../", import.meta.url)).replace(/\/$/, "");
    this.#limits = { ...standardLimits, ...limits };
    this.#say = say;
    this.#crew = new Crew(this.#launcher, denoHost({ root: this.#root, readable, limits: this.#limits }));
  }

  async start(spec: StartSpec, listener: Listener, deadlineMs: number): Promise<Start> {
    const start = "module" in spec.host
      ? await this.#startModule(spec, spec.host.module.href, listener, deadlineMs)
      : await this.#startCommand(spec, spec.host.command, listener, deadlineMs);
    if ("failed" in start) listener.event("start_failed", start.failed);
    return start;
  }

  async warm(n: number): Promise<void> {
    const failed = await this.#crew.warm(n);
    if (failed !== undefined) throw new Error(`Cannot make processes for instances: ${failed.failed}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#launcher[Symbol.asyncDispose]();
  }

  async #startModule(spec: StartSpec, module: string, listener: Listener, deadlineMs: number): Promise<Start> {
    const start = await this.#tryModule(spec, listener, deadlineMs);
    if ("started" in start || !misses(start.failed)) return start;
    const failed = await this.#fetch(module);
    if (failed !== undefined) return { failed, code: "PACKAGES_NOT_FETCHED", because: "thrown" };
    return await this.#tryModule(spec, listener, deadlineMs);
  }

  async #tryModule(spec: StartSpec, listener: Listener, deadlineMs: number): Promise<Start> {
    const untilMs = performance.now() + deadlineMs;
    const taken = await this.#crew.take(deadlineMs);
    if ("failed" in taken) return taken;
    const { child } = taken;
    const seat = {
      conversation: child.conversation,
      pid: child.pid,
      vacate: async (isTidy: () => Promise<boolean>) => {
        if (await isTidy()) this.#crew.giveBack(child);
        else this.#crew.retire(child, "its subject left something behind");
        return true;
      },
    };
    return await startIn(seat, spec, listener, untilMs - performance.now());
  }

  async #startCommand(
    spec: StartSpec,
    [command, ...args]: readonly string[],
    listener: Listener,
    deadlineMs: number,
  ): Promise<Start> {
    if (command === undefined) return { failed: "its command is empty", because: "died" };
    const untilMs = performance.now() + deadlineMs;
    const program = { command, args, cwd: this.#root, env: instanceEnv(), limits: this.#limits };
    const helloWithinMs = Math.min(deadlineMs, this.#limits.helloWithinMs);
    const launched = await this.#launcher.launch(program, helloWithinMs, () => undefined);
    if ("failed" in launched) return launched;
    const { child } = launched;
    const seat = {
      conversation: child.conversation,
      pid: child.pid,
      vacate: async (isTidy: () => Promise<boolean>, remainingMs: number) => {
        const hasExited = await exits(child, remainingMs);
        await isTidy(); // a command is not used again in any case
        return hasExited;
      },
    };
    return await startIn(seat, spec, listener, untilMs - performance.now());
  }

  /** Brings a module's packages into the cache, once a session. Gives the reason if that fails. */
  #fetch(module: string): Promise<string | undefined> {
    const known = this.#fetched.get(module);
    if (known !== undefined) return known;
    this.#say(`Fetching the packages that ${module} imports`);
    const fetched = fetchPackages(this.#root, module);
    this.#fetched.set(module, fetched);
    return fetched;
  }
}

/** A command has said that it stopped: its input ends, and so it has to. */
async function exits(child: Child, remainingMs: number): Promise<boolean> {
  child.conversation.unlisten();
  child.closeInput();
  const gone = await within(child.gone.then(() => true), Math.max(0, remainingMs));
  return gone === true;
}

async function fetchPackages(root: string, module: string): Promise<string | undefined> {
  const process = denoCache(root, module).spawn();
  const output = await within(process.output(), fetchedWithinMs);
  if (output?.success) return undefined;
  if (output === undefined) process.kill("SIGKILL");
  const why = output === undefined ? `not done after ${fetchedWithinMs} ms` : new TextDecoder().decode(output.stderr);
  return `cannot fetch the packages that ${module} imports: ${firstLine(why)}`;
}
