/**
 * A fault: one way to make the world worse. What `inject` gives is its own cure, so that none can be left behind, and its
 * evidence, so that none is believed to have happened that did not.
 */

import type { Arbitrary } from "fast-check";
import type { Redis } from "ioredis";
import type { Sql } from "postgres";
import type { Service } from "./place.ts";

/** What went over a link since the watch began. Times in ms. */
export interface Traffic {
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly messagesUp: number;
  readonly messagesDown: number;
  /** Longest time between the end of a request and the first byte of its reply; undefined if none was answered. */
  readonly slowestReplyMs: number | undefined;
  /** Number of chunks in which the road delivered bytes to the instance, and the largest. */
  readonly chunksDown: number;
  readonly largestChunkDownBytes: number;
  readonly opened: number;
  readonly refused: number;
  /** Connections that ended by the road or the store, not by the instance: in order, and by a reset. */
  readonly endedByRoad: number;
  readonly resets: number;
  /** Longest time from the end of one side of a connection to that of the other; undefined if none ended. */
  readonly slowestCloseMs: number | undefined;
  /** Requests that have had no byte of an answer so far. */
  readonly unanswered: number;
}

/** A toxic as Toxiproxy knows it: its type, direction and attributes; always with toxicity 1. */
export interface Toxic {
  readonly type: string;
  readonly stream: "upstream" | "downstream";
  readonly attributes: Readonly<Record<string, number>>;
}

/** The road from one instance to one store. */
export interface Link {
  readonly instance: number;
  readonly service: Service;
  /** As whom the store knows the connections of this road: a role of Postgres (one for all roads of a lane), an ACL user of Redis (one a road). */
  readonly user: string;
  /** Puts a toxic on the road; disposing takes it off and rejects if that cannot be confirmed. */
  addToxic(toxic: Toxic): Promise<AsyncDisposable>;
  /** From now on new connections are refused and open ones end; disposing opens the road again. */
  refuse(): Promise<AsyncDisposable>;
  /** Begins to watch the traffic. */
  watch(): { traffic(): Traffic };
}

/** A server that belongs to this run alone. */
export interface Server {
  readonly service: Service;
  /** kill -9 of the server and all of its processes. */
  kill(): Promise<void>;
  /** Starts it again; resolves when it answers. On the same data, unless it shall have forgotten all (Redis alone can). */
  restart(how?: Restart): Promise<void>;
  /** SIGSTOP: it and all of its processes stand still. */
  freeze(): Promise<void>;
  /** SIGCONT: they go on. */
  thaw(): Promise<void>;
}

/** How a server starts again. */
export interface Restart {
  /** Without anything that it knew: as if it had no persistence. */
  readonly emptied?: boolean;
  /** Settings for this start, over its usual ones: `{ "key-load-delay": "500" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Resolves when it accepts connections, though it may still be loading what it knew. */
  readonly whileLoading?: boolean;
}

/** What a fault may touch. */
export interface Target {
  readonly service: Service;
  /** The roads that the plan names. */
  readonly links: readonly Link[];
  /** The run's own server; undefined if it shares one. */
  readonly server: Server | undefined;
  /** A direct road to Postgres with the right to end sessions. */
  readonly sql: Sql;
  /** A direct road to Redis with all rights. Throws where the lane has no Redis. */
  readonly redis: Redis;
  /** Process ids of the sessions that belong to these links; Postgres alone (for Redis: `CLIENT LIST`, by the links' users). */
  sessions(): Promise<readonly number[]>;
  /** Aborted when the run is over. */
  readonly signal: AbortSignal;
}

/** Whether a fault really happened, and what shows it. */
export interface Evidence {
  readonly confirmed: boolean;
  /** A sentence with figures: `the slowest reply took 212 ms`. */
  readonly what: string;
}

/** A fault that is in place. Disposing heals it, and rejects if the heal cannot be confirmed. */
export interface Injected extends AsyncDisposable {
  /** Asked just before healing. */
  evidence(): Promise<Evidence> | Evidence;
}

/** One way to make the world worse. */
export interface Fault<Severity = unknown> {
  /** As in the file's name and in plans. */
  readonly name: string;
  /** What it does, in a sentence, for the report. */
  readonly story: string;
  /** The store that it is about. A fault of the road has none: it strikes the road to any store that the subject needs. */
  readonly service?: Service;
  /** True if it strikes the server itself: the run then gets a server of its own. Every lane of a stack that may have one has its own Redis. */
  readonly ownServer?: boolean;
  readonly severity: Arbitrary<Severity>;
  inject(target: Target, severity: Severity): Promise<Injected>;
}

/** A fault whose severity only it understands: what scenarios list, and what the engine handles as data. */
export interface AnyFault extends Pick<Fault, "name" | "story" | "service" | "ownServer" | "severity"> {
  inject(target: Target, severity: never): Promise<Injected>;
}

/** True for a fault that only a lane with a Postgres of its own can take. */
export function strikesPostgresItself({ service, ownServer }: Pick<Fault, "service" | "ownServer">): boolean {
  return ownServer === true && service !== "redis";
}
