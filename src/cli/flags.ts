/**
 * What may be written on the command line, and one clear sentence for what may not.
 */

import { seedMax } from "../core/seed.ts";
import { UnusableInput } from "../engine/store.ts";

/** Time that a quick session is given at most: a bound against hanging, not what it takes. */
export const quickMsMax = 15 * 60_000;

/** A whole number from 0 to seedMax. */
export function seedOf(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > seedMax) throw wrong("--seed", text, `a whole number from 0 to ${seedMax}`);
  return seed;
}

/** How deep and how long to search. */
export interface BudgetFlag {
  readonly depth: "quick" | "nightly";
  readonly ms: number;
  readonly text: string;
}

/** `quick`, or a time such as 90s, 30m, 8h: then each byte is cut, and the search goes on until the time is up. */
export function budgetOf(text: string): BudgetFlag {
  if (text === "quick") return { depth: "quick", ms: quickMsMax, text };
  const match = /^(\d+(?:\.\d+)?)(s|m|h)$/.exec(text);
  const ms = match ? Number(match[1]) * { s: 1_000, m: 60_000, h: 3_600_000 }[match[2] as "s" | "m" | "h"] : NaN;
  if (!(ms > 0 && ms <= 7 * 24 * 3_600_000)) {
    throw wrong("--budget", text, `"quick" or a time up to a week such as 90s, 30m or 8h`);
  }
  return { depth: "nightly", ms, text };
}

/** `2/4`: the second of four. */
export function shardOf(text: string): { index: number; of: number } {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [index, of] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || index < 1 || of < index || of > 10_000) {
    throw wrong("--shard", text, `i/n with 1 ≤ i ≤ n ≤ 10000, such as 2/4`);
  }
  return { index: index - 1, of };
}

/** A whole number within bounds. */
export function countOf(flag: string, max: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (!/^\d+$/.test(text) || count < 1 || count > max) throw wrong(flag, text, `a whole number from 1 to ${max}`);
    return count;
  };
}

/** The path of a folder. */
export function folderOf(flag: string): (text: string) => string {
  return (text) => {
    if (text.trim() === "") throw wrong(flag, text, "the path of a folder");
    return text;
  };
}

/** One of a few words. */
export function oneOf<Word extends string>(flag: string, words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const found = words.find((word) => word === text);
    if (!found) throw wrong(flag, text, words.map((word) => `"${word}"`).join(" or "));
    return found;
  };
}

function wrong(flag: string, text: string, wanted: string): UnusableInput {
  return new UnusableInput(`${flag} has to be ${wanted}, not "${text}"`);
}
