/**
 * Client pause: the server puts commands off (`CLIENT PAUSE`) and does them all when the fault heals, also those whose sender has given up
 * meanwhile, as long as its connection is open: a jam. Nobody is told, only a deadline of one's own helps.
 *
 * It holds all connections of the server, the direct ones too, so it strikes the run's own alone. Should it not be healed, the server ends it
 * by itself. A server that stands still (`redis_frozen.ts`) is the harder sibling: it does not even hear of connections that end.
 */

import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import type { Evidence, Fault, Target } from "../core/fault.ts";
import { connectionsIn, DirectRedis, usersOf } from "./direct_redis.ts";
import { onceAnswered } from "./under_way.ts";
import { UnpausedRedis } from "./unpaused_redis.ts";

/** Which commands are put off: those that write and all scripts, or all. */
export interface ClientPauseSeverity {
  readonly commands: "writes" | "all";
}

/** When the server ends the pause by itself, in ms: the longest window. */
const pausedMsMax = 10_000;

/** How long a server that goes on may take to answer. */
const answersMsMax = 2_000;

const lookEveryMs = 10;

/** Commands that wait by themselves, which says nothing about a pause. */
const waits = /^(b[lz]|brpop|xread|wait)/;

/** Puts commands off on the run's own server. */
export const clientPause: Fault<ClientPauseSeverity> = {
  name: "client_pause",
  story: "The server puts commands off, and does them all later",
  service: "redis",
  ownServer: true,
  severity: fc.record({ commands: fc.constantFrom("writes" as const, "all" as const) }, { noNullPrototype: true }),
  async inject(target, { commands }) {
    target.signal.throwIfAborted();
    if (!target.server) throw new Error("Cannot pause the clients: this run shares its server with others");
    await using undo = new AsyncDisposableStack();
    const line = undo.use(await UnpausedRedis.open(target));
    undo.defer(() => goOn(line, target));
    await line.ask("CLIENT", "PAUSE", `${pausedMsMax}`, commands === "all" ? "ALL" : "WRITE");
    const watches = target.links.map((link) => link.watch());
    const putOff = undo.use(new PutOff(line, usersOf(target)));
    const cure = undo.move();
    return {
      evidence: () => onceAnswered(watches, () => putOff.evidence()),
      [Symbol.asyncDispose]: () => cure.disposeAsync(),
    };
  },
};

/** Ends the pause, and makes sure that even what counts as a write is done. If it cannot be ended, its own end is waited for. */
async function goOn(line: UnpausedRedis, target: Target): Promise<void> {
  const [ended] = await Promise.allSettled([line.ask("CLIENT", "UNPAUSE")]);
  try {
    using direct = await DirectRedis.open(target, pausedMsMax + answersMsMax);
    await direct.ask("PUBLISH", "nevertwice", "the pause is over"); // nobody listens, and it changes nothing
  } catch (cause) {
    const why = ended.status === "rejected" ? `: ${ended.reason}` : "";
    throw new Error(`Cannot confirm that Redis does what was put off${why}`, { cause });
  }
}

/** Looks every few moments which connections of the links have a command that the server has put off. */
class PutOff implements AsyncDisposable {
  readonly #line: UnpausedRedis;
  readonly #users: readonly string[];
  readonly #over = new AbortController();
  readonly #looking: Promise<void>;
  readonly #connections = new Set<number>();
  readonly #commands = new Set<string>();
  #failed: string | undefined;

  constructor(line: UnpausedRedis, users: readonly string[]) {
    this.#line = line;
    this.#users = users;
    this.#looking = this.#lookOn(this.#over.signal);
  }

  async evidence(): Promise<Evidence> {
    if (this.#failed === undefined) await this.#look();
    const why = this.#failed === undefined ? "" : `; the watch failed: ${this.#failed}`;
    const count = this.#connections.size;
    if (count === 0) return { confirmed: false, what: `no command was seen to be put off${why}` };
    return { confirmed: true, what: `${count} connections had a command put off (${[...this.#commands].join(", ")})` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#looking;
  }

  async #lookOn(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#failed === undefined) {
      await this.#look();
      // Not aborted by the signal: one short wait more costs less than an exception.
      await pause(lookEveryMs);
    }
  }

  async #look(): Promise<void> {
    try {
      for (const { id, flags, command } of connectionsIn(await this.#line.ask("CLIENT", "LIST"), this.#users)) {
        if (!flags.includes("b") || waits.test(command)) continue;
        this.#connections.add(id);
        this.#commands.add(command);
      }
    } catch (thrown) {
      if (!(thrown instanceof Error)) throw thrown;
      this.#failed = thrown.message; // told by the evidence
    }
  }
}
