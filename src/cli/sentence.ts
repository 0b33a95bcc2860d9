/**
 * What went wrong, as one line for people: never a stack trace, never the lines of a log below each other.
 */

import { StackError } from "../platform/native/stack.ts";

/** Longest line, for a reason may quote a log. */
const lengthMax = 1_000;
const causesMax = 3;

/** One sentence on what was thrown, with why and what to do as far as it is known. */
export function sentenceOf(thrown: unknown): string {
  return onOneLine(parts(thrown, causesMax).join(": "));
}

/** The same text as one line. */
export function onOneLine(text: string): string {
  const line = text.split("\n").map((part) => part.trim()).filter((part) => part !== "").join(" / ").replace(/:$/, "");
  return line.length > lengthMax ? `${line.slice(0, lengthMax)}...` : line;
}

function parts(thrown: unknown, causesLeft: number): string[] {
  if (!(thrown instanceof Error)) return [String(thrown)];
  if (thrown instanceof StackError) return [`${thrown.what}: ${onOneLine(thrown.why)}; ${thrown.todo}`];
  // What failed first is the news; what failed while that was cleaned up mostly follows from it.
  if (thrown instanceof SuppressedError) return parts(thrown.suppressed, causesLeft);
  const causes = thrown.cause === undefined || causesLeft === 0 ? [] : parts(thrown.cause, causesLeft - 1);
  const message = thrown.message || thrown.name;
  return [message, ...causes.filter((cause) => !message.includes(cause))];
}
