/**
 * Freezing a server until the fault heals, whichever store it is. Not a fault, but what `redis_frozen.ts` and `postgres_frozen.ts` have in
 * common; a sibling for another store says how its server is asked something.
 */

import { setTimeout as pause } from "node:timers/promises";
import type { Evidence, Injected, Target, Traffic } from "../core/fault.ts";

/** A direct connection over which something harmless can be asked, now and while the server stands still. */
export interface Question extends Disposable {
  /** Rejects when the connection is lost, and when no answer came within `answersMsMax`. */
  ask(): Promise<unknown>;
}

/** How long an answer may take, which is asked for before the freeze and comes after it, in ms: much longer than any window. */
export const answersMsMax = 30_000;

/** A question without an answer for so long shows that the server stands still, in ms: it takes less than one otherwise. */
const silentMsMin = 20;

/** Stops the run's own server, and lets it go on when the fault heals. */
export async function freezeUntilHealed(target: Target, open: () => Promise<Question>): Promise<Injected> {
  target.signal.throwIfAborted();
  const { server } = target;
  if (!server) throw new Error("Cannot freeze the server: this run shares it with others");
  await using undo = new AsyncDisposableStack();
  const question = undo.use(await open());
  await question.ask();
  const asked = new Asked();
  undo.defer(() => asked.answered());
  undo.defer(() => server.thaw());
  const watches = target.links.map((link) => link.watch());
  await server.freeze();
  asked.of(question);
  const cure = undo.move();
  return {
    evidence: async () => evidenceOf(await asked.silentMs(), watches.map((watch) => watch.traffic())),
    [Symbol.asyncDispose]: () => cure.disposeAsync(),
  };
}

/** What was asked of the frozen server. */
class Asked {
  #atMs = 0;
  #answer: Promise<unknown> | undefined;
  #pending = false;

  of(question: Question): void {
    this.#atMs = performance.now();
    this.#pending = true;
    this.#answer = question.ask();
    this.#answer.finally(() => this.#pending = false).catch(() => {}); // told by `answered`, which waits for the same
  }

  /** For how long, in ms, it has had no answer; undefined if it has one. */
  async silentMs(): Promise<number | undefined> {
    await pause(Math.max(0, silentMsMin - (performance.now() - this.#atMs)));
    return this.#pending ? performance.now() - this.#atMs : undefined;
  }

  /** Resolves when the answer is there: then the server goes on. Rejects if it does not come. */
  async answered(): Promise<void> {
    try {
      await this.#answer;
    } catch (cause) {
      throw new Error("Cannot confirm that the server goes on: it does not answer", { cause });
    }
  }
}

function evidenceOf(silentMs: number | undefined, traffic: readonly Traffic[]): Evidence {
  if (silentMs === undefined) return { confirmed: false, what: "the server answered all the time" };
  const still = `the server stood still: no answer for ${Math.round(silentMs)} ms`;
  const unanswered = traffic.reduce((sum, t) => sum + t.unanswered, 0);
  const bytes = traffic.reduce((sum, t) => sum + t.bytesUp, 0);
  if (unanswered + bytes === 0) return { confirmed: false, what: `${still}, but nothing was on the road` };
  return { confirmed: true, what: `${still}; ${unanswered} requests on the road have none` };
}
