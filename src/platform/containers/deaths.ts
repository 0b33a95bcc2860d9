/**
 * How containers of a session end. The engine tells of each end over one connection, which is kept open for the session.
 */
import type { IncomingMessage } from "node:http";
import type { Engine } from "./engine.ts";
import { ofSession } from "./removal.ts";

/** What the engine says of an end. */
interface Death {
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

/** One start of a container. */
export interface Life {
  /** How it ended: "SIGKILL", "code 1"; undefined while it runs. */
  readonly end: string | undefined;
  readonly ended: Promise<string>;
}

class OneLife implements Life {
  end: string | undefined;
  readonly ended: Promise<string>;
  readonly #tell: (how: string) => void;

  constructor() {
    ({ promise: this.ended, resolve: this.#tell } = Promise.withResolvers<string>());
  }

  over(how: string): void {
    this.end ??= how;
    this.#tell(how);
  }
}

/** The ends of all containers of a session. */
export class Deaths implements Disposable {
  readonly #lives = new Map<string, OneLife>();
  readonly #stop: AbortController;

  private constructor(stop: AbortController) {
    this.#stop = stop;
  }

  /** Resolves once the engine tells; a container that is started from then on cannot end unheard. */
  static async of(engine: Engine, session: string): Promise<Deaths> {
    const filters = { ...ofSession(session), type: ["container"], event: ["die"] };
    const stop = new AbortController();
    const path = `/events?${new URLSearchParams({ filters: JSON.stringify(filters) })}`;
    const response = await engine.send("GET", path, stop.signal);
    const deaths = new Deaths(stop);
    void deaths.#listen(response);
    return deaths;
  }

  /** The life of a container that was just started, or is just about to be started again (`anew`). */
  lifeOf(id: string, anew = false): Life {
    let life = this.#lives.get(id);
    if (life === undefined || anew) this.#lives.set(id, life = new OneLife());
    return life;
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  async #listen(response: IncomingMessage): Promise<void> {
    let rest = "";
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (line.trim() !== "") this.#hear(JSON.parse(line));
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
    if (this.#stop.signal.aborted) return;
    for (const life of this.#lives.values()) life.over("nobody knows what: the engine does not answer any more");
  }

  #hear({ Actor }: Death): void {
    const life = this.#lives.get(Actor.ID) ?? new OneLife();
    this.#lives.set(Actor.ID, life);
    const code = Actor.Attributes.exitCode;
    // Ended by a signal is 128 and its number; the one that matters is kill -9.
    life.over(code === "137" ? "SIGKILL" : `code ${code}`);
  }
}
