/**
 * Framing of the Redis protocol (RESP 2 and 3): where its commands and replies begin and end. A sibling frames Postgres.
 */

import type { Buffer } from "node:buffer";
import type { Direction } from "../core/place.ts";
import type { Framing, Head, Meaning } from "./framing.ts";

/** The framing of one Redis connection. */
export class RedisFraming implements Framing {
  readonly replying = 0;
  readonly backendPid = undefined;
  readonly idle = false;

  head(_direction: Direction, _bytes: Buffer, _from: number): Head | "more" {
    return { name: "unframed", length: Infinity, inspectBytes: 0, endless: "unframed" };
  }

  meaning(_direction: Direction, _head: Head, _first: Buffer): Meaning {
    return { request: 0 };
  }
}
