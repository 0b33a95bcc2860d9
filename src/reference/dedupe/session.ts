/**
 * One connection of npm:pg, checked out by one transaction at a time. The socket is ours, so that a connection which
 * hangs can be thrown away at once, without asking a server that does not answer. A loss is remembered: a connection
 * that was lost is never used again.
 */

// @ts-types="@types/pg"
import pg from "pg";
import { Socket } from "node:net";
import type { Settings } from "./options.ts";

/** The rows of a statement, how many rows it touched, and its command tag such as "INSERT". */
export interface Answer {
  readonly rows: readonly unknown[];
  readonly count: number;
  readonly command: string;
}

/** One connection to Postgres. */
export class Session {
  readonly #client: pg.Client;
  readonly #socket = new Socket();
  #loss: Error | undefined;
  #asked = 0;

  constructor(settings: Settings) {
    this.#client = new pg.Client({
      connectionString: withStartup(settings).href,
      stream: () => this.#socket,
      keepAlive: true,
      ...(settings.tls === undefined ? {} : { ssl: settings.tls }),
    });
    // Attached before the connect: a FATAL may come with the very packet that ends it, or at any time between two
    // statements, and an `error` event that nobody hears ends the process.
    this.#client.on("error", (error) => this.#loss ??= error);
    this.#client.on("end", () => this.#loss ??= new Error("The connection ended"));
  }

  /** Connects. What it throws happened before any statement was sent. */
  async connect(): Promise<void> {
    await this.#client.connect();
  }

  /** Why this connection is gone; undefined while it lives, as far as anybody knows. */
  get loss(): Error | undefined {
    return this.#loss;
  }

  /** Whether the server has an open transaction here: "I" none, "T" open, "E" failed; null if nobody knows. */
  get transaction(): "I" | "T" | "E" | null {
    return this.#client.getTransactionStatus();
  }

  /** Whether a statement has not been answered yet. */
  get waiting(): boolean {
    return this.#asked > 0;
  }

  /**
   * Sends one statement and waits for its answer; the caller brings the deadline. With values, even none, it goes by the
   * extended protocol, where the server refuses two statements in one text ("commit; begin" would part claim and effect).
   */
  async query(text: string, values?: readonly unknown[]): Promise<Answer> {
    const config = values === undefined ? { text } : { text, values: [...values], queryMode: "extended" };
    this.#asked++;
    try {
      const result = await this.#client.query(config);
      return { rows: result.rows, count: result.rowCount ?? 0, command: result.command };
    } finally {
      this.#asked--;
    }
  }

  /** Says goodbye to the server and waits until it has hung up. */
  async end(): Promise<void> {
    await this.#client.end();
  }

  /** Throws the connection away, whatever it is waiting for. */
  destroy(): void {
    this.#loss ??= new Error("The connection was thrown away");
    this.#socket.destroy(this.#loss);
  }
}

/** npm:pg has no option for every setting: they travel as `options`, beside those that the url already has. */
function withStartup({ url, startup }: Settings): URL {
  const options = Object.entries(startup).map(([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, "\\$&")}`);
  const whole = new URL(url);
  whole.searchParams.set("options", [url.searchParams.get("options") ?? "", ...options].join(" ").trim());
  return whole;
}
