/**
 * The end of what a process printed on standard error, for the one sentence that says why it died.
 */

/** Keeps the last bytes of a stream. */
export class Tail {
  readonly #keptBytes: number;
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(keptBytes: number) {
    this.#keptBytes = keptBytes;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes - this.#chunks[0]!.length >= this.#keptBytes) this.#bytes -= this.#chunks.shift()!.length;
  }

  clear(): void {
    this.#chunks = [];
    this.#bytes = 0;
  }

  /** What was kept, as text. */
  text(): string {
    const decoder = new TextDecoder();
    return this.#chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("").slice(-this.#keptBytes);
  }
}

const looksLikeAnError = /^(uncaught |error: |panic: |[\w.]*(error|exception)\b)/i;

/** The line that says why a program ended: the last one that looks like an error, or else the last one. */
export function lastWords(text: string): string {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return lines.findLast((line) => looksLikeAnError.test(line)) ?? lines.at(-1) ?? "";
}
