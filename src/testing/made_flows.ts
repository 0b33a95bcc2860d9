/**
 * Both flows of a connection without sockets: what a wire would pass, record and do, for any way in which the bytes may arrive. A
 * sibling would do so for another protocol.
 */

import { Buffer } from "node:buffer";
import type { Direction } from "../core/place.ts";
import { Flow } from "../wire/flow.ts";
import type { Framing, Head, Meaning } from "../wire/framing.ts";
import type { Armed } from "../wire/places.ts";

/** Some bytes from one side. */
export interface Said {
  readonly direction: Direction;
  readonly bytes: Buffer;
}

/** What came of a conversation. */
export interface MadeFlows {
  readonly messages: (Meaning & { readonly direction: Direction; readonly name: string; readonly bytes: number })[];
  readonly passed: Readonly<Record<Direction, Buffer[]>>;
  readonly answers: Buffer[];
  readonly finished: string[];
  unknown: number;
  struck: number;
  readonly up: Flow;
  readonly down: Flow;
  say(said: Said): void;
}

/** Two flows of one framing; `meet` says what is armed for a message. */
export function makeFlows(
  framing: Framing,
  meet: (direction: Direction, message: string) => Armed[] | undefined = () => undefined,
): MadeFlows {
  const made = {
    messages: [],
    passed: { up: [], down: [] },
    answers: [],
    finished: [],
    unknown: 0,
    struck: 0,
  } as unknown as { -readonly [K in keyof MadeFlows]: MadeFlows[K] };
  const flow = (direction: Direction) =>
    new Flow(direction, framing, {
      connection: 0,
      backendPid: undefined,
      abandoned: false,
      meet: (message) => meet(direction, message),
      passing: (head: Head, meaning, bytes) =>
        void made.messages.push({ ...meaning, direction, name: head.name, bytes }),
      write: (bytes) => void made.passed[direction].push(bytes),
      answer: (bytes) => void made.answers.push(bytes),
      endless: (head) => void (made.unknown += head.endless === "unknown" ? 1 : 0),
      unblocked: () => {},
      strike() {
        made.struck++;
        made.up.kill();
        made.down.kill();
      },
      finish: (how) => void made.finished.push(`${direction} ${how}`),
    });
  made.up = flow("up");
  made.down = flow("down");
  made.say = ({ direction, bytes }) => made[direction].push(bytes);
  return made;
}

/** A message with a type byte: `message("Q", "select 1\0")`. */
export function message(type: string, body: string | Buffer = ""): Buffer {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const head = Buffer.alloc(5);
  head.write(type, 0, "latin1");
  head.writeInt32BE(bytes.length + 4, 1);
  return Buffer.concat([head, bytes]);
}

/** A packet without a type byte: startup (196608), offers of encryption, cancel requests. */
export function startup(code: number, body: string | Buffer = ""): Buffer {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const head = Buffer.alloc(8);
  head.writeInt32BE(bytes.length + 8, 0);
  head.writeInt32BE(code, 4);
  return Buffer.concat([head, bytes]);
}

/** A number of four bytes, then the rest of a body. */
export function number(value: number, rest = ""): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt32BE(value);
  return Buffer.concat([head, Buffer.from(rest)]);
}
