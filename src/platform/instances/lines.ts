/**
 * Cuts a stream of bytes into lines without ever holding more than one line's limit, and counts how fast they come.
 */

/** More came within one second than the limit allows, or a line is too long. */
export class TooMuch extends Error {
  override readonly name = "TooMuch";
  /** The beginning of the offending line, if it was a line. */
  readonly excerpt: string | undefined;

  constructor(message: string, excerpt?: string) {
    super(message);
    this.excerpt = excerpt;
  }
}

/** Puts fragments together to lines. */
export class LineSplitter {
  readonly #lineBytesMax: number;
  readonly #decoder = new TextDecoder();
  #parts: Uint8Array[] = [];
  #heldBytes = 0;

  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax;
  }

  /** The lines that end in `chunk`, without their newlines; empty lines are left out. Throws {@link TooMuch}. */
  *push(chunk: Uint8Array): Iterable<string> {
    let from = 0;
    for (let to = chunk.indexOf(10); to !== -1; to = chunk.indexOf(10, from)) {
      const line = this.#take(chunk.subarray(from, to));
      from = to + 1;
      if (line !== "") yield line;
    }
    if (from < chunk.length) this.#hold(chunk.slice(from));
  }

  #hold(part: Uint8Array): void {
    this.#parts.push(part);
    this.#heldBytes += part.length;
    if (this.#heldBytes <= this.#lineBytesMax) return;
    throw new TooMuch(
      `a line is longer than ${this.#lineBytesMax} bytes`,
      this.#decoder.decode(this.#parts[0]!.subarray(0, 400)),
    );
  }

  #take(end: Uint8Array): string {
    this.#hold(end);
    const [only] = this.#parts;
    const line = this.#parts.length === 1 ? this.#decoder.decode(only) : this.#decoder.decode(joined(this.#parts));
    this.#parts = [];
    this.#heldBytes = 0;
    return line.trim();
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Counts within windows of one second. */
export class FloodMeter {
  readonly #limit: number;
  readonly #what: string;
  #windowFromMs = 0;
  #count = 0;

  /** `what` is counted, in the words of the message: `bytes on standard error`. */
  constructor(limit: number, what: string) {
    this.#limit = limit;
    this.#what = what;
  }

  /** Throws {@link TooMuch} when the window that `atMs` is in has had more than the limit. */
  add(count: number, atMs: number): void {
    if (atMs - this.#windowFromMs >= 1000) {
      this.#windowFromMs = atMs;
      this.#count = 0;
    }
    this.#count += count;
    if (this.#count > this.#limit) throw new TooMuch(`more than ${this.#limit} ${this.#what} within one second`);
  }
}
