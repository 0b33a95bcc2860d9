/**
 * Reads a body that somebody else sends: no more than so many bytes, counted as they arrive (a content-length is only a
 * claim), no longer than so many milliseconds, and prepared for a client that hangs up in the middle.
 */

import { type Answer, answers } from "./answer.ts";

/** Gives the bytes, or the answer that says why there are none. Throws a TypeError if somebody has read the body before. */
export async function readBody(
  request: Request,
  bytesMax: number,
  msMax: number,
): Promise<Uint8Array<ArrayBuffer> | Answer> {
  if (request.bodyUsed) throw new TypeError("Cannot compare a request: something before has read its body");
  if (Number(request.headers.get("content-length") ?? 0) > bytesMax) {
    await request.body?.cancel().catch(() => {}); // a client that has hung up has no body to cancel
    return answers.tooLarge;
  }
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => timer = setTimeout(() => resolve("late"), msMax));
  try {
    for (;;) {
      const read = await Promise.race([reader.read(), late]);
      if (read === "late") return answers.tooSlow;
      if (read.done) return join(chunks, bytes);
      bytes += read.value.byteLength;
      if (bytes > bytesMax) return answers.tooLarge;
      chunks.push(read.value);
    }
  } catch (error) {
    // Any class: runtimes differ in what they throw when the client hangs up. Nothing was begun, and nobody listens.
    void error;
    return answers.endedEarly;
  } finally {
    clearTimeout(timer);
    await reader.cancel().catch(() => {}); // the rest of a body that was refused, or of a client that is gone
    reader.releaseLock();
  }
}

function join(chunks: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
