/**
 * A direct connection to Redis that no pause holds back, not even CLIENT PAUSE ALL, under which every other connection has to wait, and be
 * it with CLIENT UNPAUSE. Redis excepts replicas, and counts those who MONITOR among them; what it reports of others is skipped here.
 * Not a fault, but what `client_pause.ts` works through.
 *
 * It speaks the protocol by itself, because drivers allow no command on a connection that monitors.
 */

import type { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import type { Target } from "../core/fault.ts";

/** How long an answer may take, in ms. */
const answerMsMax = 2_000;

/** What the server reports of others: `+1795362010.841119 [0 127.0.0.1:43078] "GET" "x"`. */
const report = /^\+\d+\.\d+ \[/;

/** A question without an answer yet. */
interface Question {
  readonly resolve: (answer: string) => void;
  readonly reject: (error: Error) => void;
}

/** One such connection. */
export class UnpausedRedis implements Disposable {
  readonly #socket: Socket;
  readonly #questions: Question[] = [];
  /** What came and is not a whole answer yet, a character for each byte. */
  #rest = "";
  #lost: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#came(chunk.toString("latin1")));
    socket.on("error", (error) => this.#end(error));
    socket.on("close", () => this.#end(new Error("the connection has ended")));
  }

  /** Connects. Rejects if the server does not let it in, or it may not monitor. */
  static async open({ redis }: Pick<Target, "redis">): Promise<UnpausedRedis> {
    const { host = "127.0.0.1", port = 6379, username, password } = redis.options;
    const line = new UnpausedRedis(connect({ host, port }));
    try {
      if (password) await line.ask("AUTH", username || "default", password);
      await line.ask("MONITOR");
      return line;
    } catch (cause) {
      line[Symbol.dispose]();
      throw cause;
    }
  }

  /** Asks one thing, which must be answered with a line or a text. Rejects with the server's error, and when no answer comes in time. */
  async ask(...words: readonly string[]): Promise<string> {
    const { promise, ...question } = Promise.withResolvers<string>();
    if (this.#lost) throw this.#cannot(words, this.#lost);
    this.#questions.push(question);
    // An answer that is late cannot be told from that to the next question.
    const timer = setTimeout(() => this.#socket.destroy(new Error(`no answer within ${answerMsMax} ms`)), answerMsMax);
    try {
      this.#socket.write(
        words.reduce((all, word) => `${all}$${word.length}\r\n${word}\r\n`, `*${words.length}\r\n`),
        "latin1",
      );
      return await promise;
    } catch (cause) {
      throw this.#cannot(words, cause);
    } finally {
      clearTimeout(timer);
    }
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #came(text: string): void {
    this.#rest += text;
    for (let length = answerLength(this.#rest); length !== undefined; length = answerLength(this.#rest)) {
      const answer = this.#rest.slice(0, length);
      this.#rest = this.#rest.slice(length);
      if (report.test(answer)) continue;
      const question = this.#questions.shift();
      if (answer.startsWith("-")) question?.reject(new Error(answer.slice(1, -2)));
      else question?.resolve(answer.startsWith("$") ? answer.slice(answer.indexOf("\n") + 1, -2) : answer.slice(1, -2));
    }
  }

  #end(error: Error): void {
    this.#lost ??= error;
    for (const question of this.#questions.splice(0)) question.reject(this.#lost);
  }

  #cannot(words: readonly string[], cause: unknown): Error {
    const asked = words[0] === "AUTH" ? "AUTH" : words.join(" ");
    return new Error(`Cannot ask Redis "${asked}": ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** How many characters the first answer has; undefined if it has not come whole. */
function answerLength(text: string): number | undefined {
  const line = text.indexOf("\r\n") + 2;
  if (line === 1) return undefined;
  if (!text.startsWith("$")) return line;
  const length = line + Number(text.slice(1, line - 2)) + 2;
  return text.length >= length ? length : undefined;
}
