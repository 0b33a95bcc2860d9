/**
 * A conversation with Redis made of bytes, and what the wire would record of it in short lines. A sibling would speak Postgres.
 */

import { Buffer } from "node:buffer";
import { RedisFraming } from "../wire/redis_framing.ts";
import { makeFlows } from "./made_flows.ts";

/** A conversation under way. */
export interface RedisTalk {
  readonly framing: RedisFraming;
  /** The client says all of this at once. */
  up(...all: readonly (string | Uint8Array)[]): void;
  /** The store says all of this at once. */
  down(...all: readonly (string | Uint8Array)[]): void;
  /** One line a message: `up EVALSHA push 1 "2 keys"`, `down Error 1 "OOM" last error`. */
  lines(): string[];
}

/** Begins a conversation. */
export function redisTalk(): RedisTalk {
  const framing = new RedisFraming();
  const flows = makeFlows(framing);
  const say = (direction: "up" | "down", all: readonly (string | Uint8Array)[]) =>
    flows.say({ direction, bytes: Buffer.concat(all.map((bytes) => Buffer.from(bytes as string))) });
  return {
    framing,
    up: (...all) => say("up", all),
    down: (...all) => say("down", all),
    lines: () =>
      flows.messages.map(({ direction, name, request, text, last, error }) =>
        [
          direction,
          name,
          request,
          text === undefined ? "" : JSON.stringify(text),
          last ? "last" : "",
          error ? "error" : "",
        ]
          .filter((part) => part !== "").join(" ")
      ),
  };
}
