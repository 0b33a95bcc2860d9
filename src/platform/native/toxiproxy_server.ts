/**
 * A running Toxiproxy of our own.
 */
import { freePort } from "./free_port.ts";
import { Launched } from "./launched.ts";
import type { Installation } from "./program.ts";
import type { Session } from "./session.ts";
import { StackError } from "./stack_error.ts";
import { NotReady, untilAnswers } from "./until.ts";

/** A Toxiproxy that we own: its API, and a promise that resolves with a sentence once it ended without our asking. */
export interface ToxiproxyServer {
  readonly url: URL;
  readonly died: Promise<string>;
}

const ANSWER_MS_MAX = 5_000;
const PORTS_MAX = 5;

/** Starts it on a free port, on another one if somebody was quicker. Throws StackError. */
export async function startToxiproxy(
  session: Session,
  program: Installation,
  waiting: { deadlineMs: number; signal: AbortSignal },
): Promise<ToxiproxyServer> {
  // A disabled proxy with a name of ours tells our server from a stranger's that took the port in between.
  const mark = `nevertwice-${crypto.randomUUID()}`;
  const config = `${session.folder}/toxiproxy.json`;
  const proxy = { name: mark, listen: "127.0.0.1:0", upstream: "127.0.0.1:1", enabled: false };
  await Deno.writeTextFile(config, JSON.stringify([proxy]));
  for (let tries = 1;; tries++) {
    const port = freePort();
    const launched = new Launched(session, {
      name: "toxiproxy",
      command: program.path,
      args: ["-host", "127.0.0.1", "-port", `${port}`, "-config", config],
      // It makes much garbage and keeps little.
      env: { LOG_LEVEL: "error", GOGC: "800" },
      asOurselves: true,
    });
    launched.letGo();
    const url = new URL(`http://127.0.0.1:${port}`);
    try {
      await untilAnswers(launched, () => claim(url, mark), waiting);
      return { url, died: mourn(session, launched) };
    } catch (error) {
      if (waiting.signal.aborted || !(error instanceof Error)) throw error;
      if (error instanceof NotReady && error.died && tries < PORTS_MAX) continue;
      throw new StackError({
        what: `Cannot start Toxiproxy (${program.path})`,
        why: error.message,
        todo: "See what its log says above; `deno task chaos doctor` tells what was found on this machine.",
        cause: error,
      });
    }
  }
}

/** Deletes the marked proxy, which only our server has. */
async function claim(url: URL, mark: string): Promise<void> {
  const signal = AbortSignal.timeout(ANSWER_MS_MAX);
  const version = await fetch(new URL("/version", url), { signal });
  await version.body?.cancel();
  const response = await fetch(new URL(`/proxies/${mark}`, url), { method: "DELETE", signal });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`it answered ${response.status} when asked for our proxy`);
}

async function mourn(session: Session, launched: Launched): Promise<string> {
  const how = await launched.ended;
  if (session.ended) return await new Promise<never>(() => {});
  return `Toxiproxy ended by itself with ${how}: ${await launched.logTail()}`;
}
