/**
 * One connection of npm:postgres, for statements that stand alone. The driver has no query timeout, reconnects without
 * end to a server that accepts and hangs up, and forgets to drop what it had buffered for a lost connection. So a lane
 * lives exactly as long as its one socket, which is ours: when the socket is gone, or hangs, the lane goes too.
 */

import { connect, type Socket } from "node:net";
import postgres from "postgres";
import type { Settings } from "./options.ts";

/** The driver's reading of the url: the first host counts, and a path is a Unix socket. */
interface Address {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path: string | false;
}

/** A client of npm:postgres with a single socket. */
export class Lane {
  /** Statements that wait for their answer here. */
  inFlight = 0;
  /** Whether the server has answered to the connect: before that, no statement can have been sent. */
  greeted = false;
  readonly #sql: postgres.Sql;
  #socket: Socket | undefined;
  #gone = false;

  /** `onGone` is called once, when the lane can take no more statements. */
  constructor(settings: Settings, onGone: (lane: Lane) => void) {
    const options = {
      max: 1,
      prepare: true,
      fetch_types: false,
      idle_timeout: null,
      max_lifetime: null,
      connect_timeout: settings.deadlineMs / 1_000,
      backoff: () => 0,
      connection: settings.startup,
      onnotice: () => {},
      onparameter: () => this.greeted = true,
      ...(settings.tls === undefined ? {} : { ssl: settings.tls }),
      socket: (parsed: Address) => this.#open(parsed, onGone),
    };
    this.#sql = postgres(settings.url.href, options as unknown as postgres.Options<Record<string, never>>);
  }

  /** Whether this lane can take no more statements. */
  get gone(): boolean {
    return this.#gone || this.#socket?.destroyed === true;
  }

  /** Sends one statement; the caller brings the deadline, and throws the lane away when it has passed. */
  query<Row>(text: string, values: readonly (string | number)[]): Promise<readonly Row[]> {
    return this.#sql.unsafe<Row[] & object[]>(text, values as (string | number)[], { prepare: true });
  }

  /** Says goodbye, waits for at most `waitMs`, and throws away what is left. */
  async end(waitMs: number): Promise<void> {
    this.#gone = true;
    await this.#sql.end({ timeout: waitMs / 1_000 });
    this.#socket?.destroy();
  }

  #open({ host: [host = "localhost"], port: [port = 5432], path }: Address, onGone: (lane: Lane) => void): Socket {
    // The driver would connect again after the end: a lane has one socket in its life.
    if (this.#gone || this.#socket !== undefined) throw closed("The lane was thrown away");
    const socket = path ? connect({ path }) : connect({ host, port });
    this.#socket = Object.assign(socket, { host });
    // Without an error the driver takes a server's hanging up in the middle of the connect for a reason to try again.
    socket.once("end", () => socket.destroy(closed("The server closed the connection")));
    socket.once("close", () => {
      this.#gone = true;
      onGone(this);
      // The driver takes all listeners off a closed socket, and a late error that nobody hears ends the process.
      queueMicrotask(() => socket.on("error", () => {}));
    });
    return socket;
  }
}

function closed(message: string): Error {
  return Object.assign(new Error(message), { code: "CONNECTION_CLOSED" });
}
