/**
 * A session on servers that stand by themselves: it is present there, has left its mark, and a guard drops what it made once
 * the harness is gone, in whatever way.
 */
import { Guard } from "../guard.ts";
import { innermostReason } from "../innermost_reason.ts";
import { StackError } from "../native/stack_error.ts";
import { leaveMark, sweep } from "./leftovers.ts";
import { bePresent, type Presence } from "./presence.ts";
import { placeOf, type StandingServers } from "./servers.ts";

const clearingMsMax = 90_000;

/** The session. Disposing drops all that it made; it may be done twice. */
export class StandingSession implements AsyncDisposable {
  readonly #presence: Presence;
  readonly #guard: Guard;
  #ending: Promise<void> | undefined;

  private constructor(presence: Presence, guard: Guard) {
    this.#presence = presence;
    this.#guard = guard;
  }

  /** Sweeps what dead sessions left, and resolves once the guard watches. Throws StackError, and leaves nothing. */
  static async open(
    servers: StandingServers,
    { session, say }: { session: string; say(line: string): void },
  ): Promise<StandingSession> {
    const where = Object.values(servers).flatMap((url) => url ? [placeOf(url)] : []).join(", ");
    try {
      await using undo = new AsyncDisposableStack();
      const presence = undo.use(await bePresent(servers, session));
      for (const swept of await sweep(servers)) {
        say(`dropped what session ${swept} left at ${where} when it was killed`);
      }
      const guard = await Guard.start(clearing(servers, session));
      undo.defer(() => guard.end());
      await leaveMark(servers, session);
      undo.move();
      return new StandingSession(presence, guard);
    } catch (cause) {
      const todo = "The users of the addresses need all rights there: what is made is dropped at the end.";
      throw new StackError({ what: `Cannot work at ${where}`, why: innermostReason(cause), todo, cause });
    }
  }

  /** Each resolves with a sentence once a server does not answer any more. */
  get died(): readonly Promise<string>[] {
    return this.#presence.died;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    try {
      await this.#guard.end();
    } catch (cause) {
      throw new StackError({
        what: "Cannot drop what the session made",
        why: innermostReason(cause),
        todo: "The next session there tries again; all of it is called nevertwice_... or belongs to such a role.",
        cause,
      });
    } finally {
      this.#presence[Symbol.dispose]();
    }
  }
}

function clearing({ postgres, redis, toxiproxy }: StandingServers, session: string) {
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const script = new URL("./drop_session.ts", import.meta.url).href;
  const rights = ["--allow-net=127.0.0.1,localhost", "--allow-read", "--allow-env", "--allow-sys"];
  const flags = ["--no-prompt", "--quiet", `--config=${config}`, ...rights];
  const kept = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return {
    command: [Deno.execPath(), "run", ...flags, script, session],
    env: {
      ...Object.fromEntries(kept),
      ...(postgres && { POSTGRES_URL: postgres.href }),
      ...(redis && { REDIS_URL: redis.href }),
      TOXIPROXY_URL: toxiproxy.href,
    },
    msMax: clearingMsMax,
  };
}
