/**
 * The few words, marks and numbers that several panels show alike. A verdict is never told by colour alone: each has a mark
 * and its word.
 */

import type { ComponentChildren, VNode } from "preact";
import type { ScenarioResult } from "../core/results.ts";

/** Which of the three colours a word has; `quiet` for none. */
export type Tone = "ok" | "info" | "fail" | "quiet";

const tones: Readonly<Record<string, Tone>> = {
  holds: "ok",
  caught: "ok",
  shown: "ok",
  "as expected": "ok",
  proved: "ok",
  fixed: "ok",
  ok: "ok",
  unknown: "info",
  "newly unknown": "info",
  skipped: "info",
  "not proved": "info",
  info: "info",
  open: "info",
  violated: "fail",
  escaped: "fail",
  "still failing": "fail",
  new: "fail",
  "not shown": "fail",
  fail: "fail",
};

/** The colour of a verdict, an outcome or a change. */
export function toneOf(word: string): Tone {
  return tones[word] ?? "quiet";
}

/** ✓ for what is good, ? for what nobody knows, ✕ for what is bad. */
export function markOf(word: string): string {
  return { ok: "✓", info: "?", fail: "✕", quiet: "·" }[toneOf(word)];
}

/** A verdict as a small label: mark, word and colour. `text` replaces the word. */
export function Badge({ word, text, loud }: { word: string; text?: string; loud?: boolean }): VNode {
  return <span class={`badge ${toneOf(word)}${loud ? " loud" : ""}`}>{markOf(word)} {text ?? word}</span>;
}

/** A table that scrolls by itself on narrow screens and can be reached with the keyboard. */
export function Table({ label, children }: { label: string; children: ComponentChildren }): VNode {
  return (
    <div class="scroll" tabindex={0} role="group" aria-label={label}>
      <table>{children}</table>
    </div>
  );
}

/** `1 run`, `3 runs`, `12,400 operations`. */
export function count(n: number, what: string): string {
  return `${n.toLocaleString("en-US")} ${n === 1 ? what : `${what}s`}`;
}

/** `0.41 s`, `9.4 s`, `1 min 12 s`. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${seconds.toFixed(2)} s`;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** The name of an element that a link within the report leads to. */
export function anchorOf(path: string): string {
  return `scenario-${encodeURIComponent(path).replaceAll("%", "_")}`;
}

/** `caught`, `escaped`, `unknown` or `skipped`; `as expected` for the twin that is expected to stay unknown. */
export function fateOf(control: ScenarioResult): string {
  if (control.verdict === "skipped") return "skipped";
  if (control.asExpected) return control.expect === "violated" ? "caught" : "as expected";
  return control.verdict === "unknown" ? "unknown" : "escaped";
}
