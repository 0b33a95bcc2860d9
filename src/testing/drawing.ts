/**
 * Reads a drawing of a history: which marks are on it, in which lane, at which columns. What they mean is `drawn.ts`'s
 * business; a new kind of mark is one more line of `marks` here and one more sentence there.
 */

/** The signs with which a mark begins, and their shapes. The first group is its name, the second what is in brackets. */
const marks = {
  operation: /\|-*(\w+)\(([^)]*)\)(?:-*(ok|fail|info)(?:\(([^)]*)\))?\||-*)/y,
  effect: /\*(effect|sink)\(([^)]*)\)/y,
  note: /!(\w+)(?:\(([^)]*)\))?/y,
  up: />(\w+)(?:@(\d+))?/y,
  down: /<(\w+)(?:@(\d+))?/y,
  disturbance: /~(\w+)(\?)?~*(healed|missed|unhealed|broken)?/y,
  stall: /=(harness|probe)=*()/y,
  instance: /\^(\w+)(?:\(([^)]*)\))?/y,
  pending: /\?(\w+)(?:\(([^)]*)\))?/y,
  phase: /#(\w+)(?:\(([^)]*)\))?/y,
  dropped: /%(\w+)()/y,
} as const;

/** What a mark is. */
export type MarkKind = keyof typeof marks;

/** The lane that a line begins with: `A` is process 0 at instance 0, `B` process 1 at instance 1, `C@0` process 2 at instance 0. */
export interface Lane {
  readonly process: number;
  readonly instance: number;
}

/** One mark. Columns are milliseconds; `toMs` is that of its last character. */
export interface Mark {
  readonly kind: MarkKind;
  readonly atMs: number;
  readonly toMs: number;
  /** Undefined on a line that begins with no lane. */
  readonly lane: Lane | undefined;
  readonly name: string;
  readonly inside: string;
  /** What it came to in the end: the outcome of an operation, the last event of a disturbance. */
  readonly end: string | undefined;
  readonly endInside: string;
}

/** All marks of a picture, by their columns. Throws on a character that belongs to no mark, with its line. */
export function marksOf(picture: string): readonly Mark[] {
  const lines = picture.split("\n").filter((line) => line.trim() !== "");
  const margin = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  return lines.flatMap((line) => marksOfLine(line.slice(margin))).sort((a, b) => a.atMs - b.atMs);
}

/** The words in a mark's brackets: bare ones in order, and `name=value` pairs. */
export function wordsOf(inside: string): { readonly bare: readonly string[]; readonly named: Record<string, string> } {
  const words = inside.split(/\s+/).filter((word) => word !== "");
  const pairs = words.filter((word) => word.includes("=")).map((word) => word.split("=", 2) as [string, string]);
  return { bare: words.filter((word) => !word.includes("=")), named: Object.fromEntries(pairs) };
}

function marksOfLine(line: string): Mark[] {
  const label = /^([A-Z])(?:@(\d+))?(?=\s)/.exec(line);
  const process = label ? label[1]!.charCodeAt(0) - "A".charCodeAt(0) : 0;
  const lane = label ? { process, instance: label[2] === undefined ? process : Number(label[2]) } : undefined;
  const found: Mark[] = [];
  let column = label?.[0].length ?? 0;
  while (column < line.length) {
    if (line[column] === " ") {
      column++;
      continue;
    }
    const mark = markAt(line, column, lane);
    found.push(mark);
    column = mark.toMs + 1;
  }
  return found;
}

function markAt(line: string, column: number, lane: Lane | undefined): Mark {
  for (const kind of Object.keys(marks) as MarkKind[]) {
    const shape = marks[kind];
    shape.lastIndex = column;
    const match = shape.exec(line);
    if (!match) continue;
    const [whole, name, inside, end, endInside] = match as unknown as (string | undefined)[];
    const toMs = column + whole!.length - 1;
    return { kind, atMs: column, toMs, lane, name: name!, inside: inside ?? "", end, endInside: endInside ?? "" };
  }
  throw new Error(`Cannot read a drawing: column ${column} of "${line}" begins no mark`);
}
