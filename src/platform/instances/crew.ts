/**
 * The processes that host TypeScript subjects, one after the other: who is free, who must not be used again, and how many
 * there should be.
 */

import type { Child, ChildSpec } from "./child.ts";
import type { FailedStart, Launcher } from "./launcher.ts";

const answersPingWithinMs = 1_000;
/** Processes that end one after the other while nobody uses them are not replaced any more: something is wrong with us. */
const lostAtRestMax = 10;

/** Processes that are used again and again. */
export class Crew {
  readonly #launcher: Launcher;
  readonly #spec: ChildSpec;
  readonly #members = new Set<Child>();
  /** Free for a subject; the one that rested longest comes first, so that what its last subject left behind shows. */
  readonly #idle: Child[] = [];
  #wanted = 0;
  #lostAtRest = 0;
  #coming = 0;
  #pings = 0;

  constructor(launcher: Launcher, spec: ChildSpec) {
    this.#launcher = launcher;
    this.#spec = spec;
  }

  /** A process that answers, rested or new, without any trace of an earlier subject's errors. */
  async take(withinMs: number): Promise<{ readonly child: Child } | FailedStart> {
    const untilMs = performance.now() + withinMs;
    this.#lostAtRest = 0;
    for (let child = this.#idle.shift(); child !== undefined; child = this.#idle.shift()) {
      if (await this.#answers(child, untilMs - performance.now())) return { child };
    }
    return await this.#add(untilMs - performance.now());
  }

  /** Its subject has left; it may host the next one. */
  giveBack(child: Child): void {
    child.conversation.unlisten();
    if (child.conversation.end === undefined) this.#idle.push(child);
  }

  /** Ends a process that hosts no subject. */
  retire(child: Child, why: string): void {
    child.conversation.unlisten();
    child.conversation.close({ because: "died", reason: why });
  }

  /** Has n processes from now on, whatever becomes of them. */
  async warm(n: number): Promise<FailedStart | undefined> {
    this.#wanted = Math.max(this.#wanted, n);
    const added = await Promise.all(this.#missing());
    return added.find((each): each is FailedStart => each !== undefined && "failed" in each);
  }

  #missing(): Promise<FailedStart | undefined>[] {
    const count = Math.max(0, this.#wanted - this.#members.size - this.#coming);
    return Array.from({ length: count }, async () => {
      this.#coming++;
      const added = await this.#add(this.#spec.limits.helloWithinMs);
      this.#coming--;
      if ("failed" in added) return added;
      this.#idle.push(added.child);
    });
  }

  async #add(withinMs: number): Promise<{ readonly child: Child } | FailedStart> {
    const helloWithinMs = Math.min(withinMs, this.#spec.limits.helloWithinMs);
    const launched = await this.#launcher.launch(this.#spec, helloWithinMs, (child) => this.#lost(child));
    if ("child" in launched) this.#members.add(launched.child);
    return launched;
  }

  #lost(child: Child): void {
    const at = this.#idle.indexOf(child);
    if (at !== -1) {
      this.#idle.splice(at, 1);
      this.#lostAtRest++;
    }
    if (this.#members.delete(child) && this.#lostAtRest < lostAtRestMax) this.#missing();
  }

  async #answers(child: Child, withinMs: number): Promise<boolean> {
    const id = ++this.#pings;
    const pong = await child.conversation.ask(
      { type: "ping", id },
      ["pong"],
      Math.min(withinMs, answersPingWithinMs),
    );
    child.forgetErrors();
    if (typeof pong === "object" && pong.id === id) return true;
    this.retire(child, "it did not answer a ping");
    return false;
  }
}
