/**
 * The nearest of some names to a word that is none of them, for "did you mean": people type a part of a name, with a letter
 * too many or too few, so the word is compared with parts of names too.
 */

import { distance } from "fastest-levenshtein";

/** The name that is nearest to the word, by itself or by the part of it that begins at one of its words; undefined without names. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  const ranked = [...new Set(names)].map((name) => ({ name, far: far(wanted, name.toLowerCase()) }));
  // Of two that are as near, the shorter one says more.
  ranked.sort((a, b) => a.far - b.far || a.name.length - b.name.length);
  return ranked[0]?.name;
}

/** A whole name is preferred to a part of one that is as near. */
function far(word: string, name: string): number {
  const parts = [...name.matchAll(/[a-z0-9]+/g)].map(({ index }) => name.slice(index, index + word.length));
  return Math.min(distance(word, name), ...parts.map((part) => distance(word, part) + 0.5));
}
