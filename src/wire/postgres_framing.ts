/**
 * Framing of the Postgres protocol, version 3: where its messages begin and end. What they mean is `postgres_requests.ts`. Pure:
 * bytes in, heads out. A sibling frames RESP.
 */

import { Buffer } from "node:buffer";
import type { Direction } from "../core/place.ts";
import type { Framing, Head, Meaning } from "./framing.ts";
import { authenticationNames, backendNames, frontendNames, passwordNames } from "./postgres_names.ts";
import { PostgresRequests } from "./postgres_requests.ts";
import { statementReadMax } from "./statement_text.ts";

// The server refuses longer ones (MAX_STARTUP_PACKET_LENGTH), and no message may exceed 1 GiB.
const startupBytesMax = 10_000;
const messageBytesMax = 0x40000000;

const cancelRequest = 80877102;
const sslRequest = 80877103;
const gssRequest = 80877104;

const no = Buffer.from("N");
const unknown: Head = { name: "unknown", length: Infinity, inspectBytes: 0, endless: "unknown" };
const encrypted: Head = { name: "Encrypted", length: Infinity, inspectBytes: 0, endless: "unframed" };

// How much of a message its meaning depends on: names and the statement, an error's code, a command's tag.
const inspectUp: Readonly<Record<string, number>> = {
  Parse: statementReadMax + 128,
  Query: statementReadMax + 5,
  Bind: 256,
  Execute: 256,
  Close: 256,
};
const inspectDown: Readonly<Record<string, number>> = {
  ErrorResponse: 128,
  NoticeResponse: 128,
  CommandComplete: 128,
  ReadyForQuery: 6,
  BackendKeyData: 9,
};

/** The names of one direction by type byte, as an array, since this is asked for every message. */
function byByte(names: Readonly<Record<string, string>>): readonly (string | undefined)[] {
  return Array.from({ length: 256 }, (_, byte) => names[String.fromCharCode(byte)]);
}
const upByByte = byByte(frontendNames);
const downByByte = byByte(backendNames);

/** The framing of one Postgres connection. */
export class PostgresFraming implements Framing {
  readonly #requests = new PostgresRequests();
  readonly #tls: "pass" | "refuse";
  /** What the client may say: a startup packet, which has no type byte, or a message. */
  #started = false;
  /** What the server says next is one byte: its answer to an offer of encryption. */
  #offered: string | undefined;
  /** Once one direction cannot be divided, nor can the other: it could not be told what it answers. Counted once. */
  #endless: Head | undefined;
  #password = "PasswordMessage";

  /** `tls`: whether an offer of encryption reaches the server, or is answered `N` by the wire. */
  constructor(tls: "pass" | "refuse" = "refuse") {
    this.#tls = tls;
  }

  get replying(): number {
    return this.#requests.replying;
  }
  get backendPid(): number | undefined {
    return this.#requests.backendPid;
  }
  get idle(): boolean {
    return this.#requests.idle && this.#endless === undefined;
  }

  head(direction: Direction, bytes: Buffer, from: number): Head | "more" {
    if (this.#endless) return this.#endless;
    const head = direction === "down"
      ? this.#down(bytes, from)
      : this.#started
      ? this.#up(bytes, from)
      : this.#startup(bytes, from);
    if (head !== "more" && head.endless) this.#endless = { ...head, endless: "unframed" };
    return head;
  }

  meaning(direction: Direction, head: Head, first: Buffer): Meaning {
    if (direction === "up") {
      if (head.name === "StartupMessage") this.#started = true;
      if ((head.name === "SSLRequest" || head.name === "GSSENCRequest") && !head.answer) this.#offered = head.name;
      return this.#requests.up(head.name, first);
    }
    if (this.#offered !== undefined) {
      this.#offered = undefined;
      // Anything but a refusal: encrypted from here on, or the error message of an ancient server, which then hangs up.
      if (first[0] !== no[0]) this.#endless = encrypted;
      return { request: 0, last: true, text: String.fromCharCode(first[0] ?? 0) };
    }
    if (head.name.startsWith("Authentication")) this.#password = passwordNames[head.name] ?? "PasswordMessage";
    return this.#requests.down(head.name, first);
  }

  #startup(bytes: Buffer, from: number): Head | "more" {
    if (bytes.length - from < 8) return "more";
    const length = bytes.readInt32BE(from);
    const code = bytes.readInt32BE(from + 4);
    if (length < 8 || length > startupBytesMax) return unknown;
    if (code === sslRequest || code === gssRequest) {
      if (length !== 8) return unknown;
      const name = code === sslRequest ? "SSLRequest" : "GSSENCRequest";
      const head = { name, length, inspectBytes: 0 };
      return this.#tls === "refuse" ? { ...head, answer: no } : head;
    }
    if (code === cancelRequest) return { name: "CancelRequest", length, inspectBytes: 0 };
    return code >>> 16 === 3 ? { name: "StartupMessage", length, inspectBytes: 0 } : unknown;
  }

  #up(bytes: Buffer, from: number): Head | "more" {
    if (from >= bytes.length) return "more";
    const name = upByByte[bytes[from]!];
    if (name === undefined) return unknown;
    const length = lengthAt(bytes, from);
    if (typeof length !== "number") return length;
    if (name === "PasswordMessage") return { name: this.#password, length, inspectBytes: 0 };
    return { name, length, inspectBytes: inspectUp[name] ?? 0 };
  }

  #down(bytes: Buffer, from: number): Head | "more" {
    if (from >= bytes.length) return "more";
    if (this.#offered !== undefined) {
      return { name: this.#offered === "SSLRequest" ? "SSLResponse" : "GSSENCResponse", length: 1, inspectBytes: 1 };
    }
    const name = downByByte[bytes[from]!];
    if (name === undefined) return unknown;
    const length = lengthAt(bytes, from);
    if (typeof length !== "number") return length;
    if (name === "Authentication") {
      if (length < 9) return unknown;
      if (bytes.length - from < 9) return "more";
      const asked = authenticationNames[bytes.readInt32BE(from + 5)];
      return asked === undefined ? unknown : { name: asked, length, inspectBytes: 0 };
    }
    return { name, length, inspectBytes: inspectDown[name] ?? 0 };
  }
}

/** Bytes of the whole message: the length field does not count the type byte. */
function lengthAt(bytes: Buffer, from: number): number | "more" | Head {
  if (bytes.length - from < 5) return "more";
  const length = bytes.readInt32BE(from + 1);
  return length < 4 || length >= messageBytesMax ? unknown : length + 1;
}
