/**
 * Starts programs that speak the line protocol, a few at a time, guards them, and ends whatever is left of them.
 */

import { Child, type ChildSpec } from "./child.ts";
import type { Because, Start } from "./pool.ts";
import { failedBy } from "./running.ts";
import { expectLostWatchdog, Watchdog } from "./watchdog.ts";
import { within } from "./within.ts";

/** A start that did not succeed. */
export type FailedStart = Extract<Start, { failed: string }>;

/** How many programs may be on their way to their hello at once: more only make each other slow. */
const launchesMax = 2;
const goneWithinMs = 5_000;

/** All child processes of a pool. */
export class Launcher implements AsyncDisposable {
  readonly #children = new Set<Child>();
  #watchdog: Watchdog | undefined;
  #launching = 0;
  readonly #queue: (() => void)[] = [];
  #disposed = false;

  /** Starts a program and waits for its hello. Never rejects; `onEnd` is called once when the conversation is over. */
  async launch(
    spec: ChildSpec,
    helloWithinMs: number,
    onEnd: (child: Child) => void,
  ): Promise<{ readonly child: Child } | FailedStart> {
    await this.#enter();
    try {
      if (this.#disposed) return failed("the pool is closed", "died");
      return await this.#launch(spec, helloWithinMs, onEnd);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return failed(`cannot run ${spec.command}: ${error.message}`, "died");
    } finally {
      this.#leave();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    const children = [...this.#children];
    for (const { conversation } of children) conversation.close({ because: "died", reason: "the pool was closed" });
    await within(Promise.all(children.map(({ gone }) => gone)), goneWithinMs);
    await this.#watchdog?.[Symbol.asyncDispose]();
  }

  async #launch(spec: ChildSpec, helloWithinMs: number, onEnd: (child: Child) => void) {
    const child = new Child(spec, onEnd);
    this.#children.add(child);
    const hello = child.conversation.ask(undefined, ["hello"], helloWithinMs);
    await this.#guard(child);
    const answer = await hello;
    if (answer === "over") return failedBy(child.conversation);
    if (answer !== "deadline") return { child };
    const reason = `did not say hello within ${Math.round(helloWithinMs)} ms`;
    child.conversation.close({ because: "deadline", reason });
    return failed(reason, "deadline");
  }

  /** A spinning process must not outlive the harness, so it gets no work before the watchdog knows of it. */
  async #guard(child: Child): Promise<void> {
    void child.gone.then(() => {
      this.#children.delete(child);
      return this.#watchdog?.free(child.pid).catch(expectLostWatchdog);
    });
    try {
      await (this.#watchdog ??= new Watchdog()).hold(child.pid);
    } catch (error) {
      expectLostWatchdog(error);
      const next = this.#watchdog = new Watchdog();
      await Promise.all([...this.#children].map(({ pid }) => next.hold(pid)));
    }
  }

  async #enter(): Promise<void> {
    if (this.#launching >= launchesMax) await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#launching++;
  }

  #leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#launching--;
    else next();
  }
}

function failed(reason: string, because: Because): FailedStart {
  return { failed: reason, because };
}
