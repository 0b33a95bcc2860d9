/**
 * What a session found, as plain JSON: `results.json`. Described for other programs by `reports/results.schema.json`; the
 * report is drawn from this and from the stored runs that it names.
 */

/** The version of results.json that this code writes, and the newest that it reads. */
export const resultsVersion = 1;

/** One property over all valid runs of a scenario. */
export interface PropertyResult {
  readonly name: string;
  readonly claim: string;
  readonly verdict: "holds" | "violated" | "unknown";
  /** Keys, calls or effects examined over all runs. */
  readonly examined: number;
  /** Why it is unknown or violated. */
  readonly why?: string;
}

/** A violation with the run that shows it. */
export interface ViolationResult {
  readonly property: string;
  readonly because: string;
  /** Folder of the stored run, relative to the session's folder: holds plan.json and history.jsonl. */
  readonly run: string;
  readonly identity: string;
  /** The smallest story in words, a sentence a line. */
  readonly story: readonly string[];
  /** Indexes of the entries of the stored history that prove it. */
  readonly evidence: readonly number[];
  /** Nothing but the sender was needed. */
  readonly noFaultNeeded: boolean;
  /** How often it struck when the plan was executed again. */
  readonly replays?: { readonly struck: number; readonly of: number };
}

/** One place at which a conversation was to be disturbed, and what came of it. */
export interface PlaceResult {
  readonly identity: string;
  readonly conversation: string;
  readonly message: string;
  readonly text?: string;
  readonly disturbance: string;
  readonly hit: boolean;
  /** `acknowledged`, `unknown, then duplicate`, `unknown, then first` ... */
  readonly came: string;
  readonly violated: readonly string[];
}

/** One fault over all runs of a scenario. */
export interface FaultResult {
  readonly name: string;
  readonly story: string;
  readonly planned: number;
  readonly confirmed: number;
  /** Confirmed, in a valid run, while an operation was under way. */
  readonly overlapping: number;
}

/** One scenario. */
export interface ScenarioResult {
  readonly path: string;
  readonly title: string;
  readonly story?: string;
  readonly kind: "claim" | "control" | "limit";
  readonly subject: string;
  readonly expect: "holds" | "violated" | "unknown";
  readonly verdict: "holds" | "violated" | "unknown" | "skipped";
  /** True if the verdict is what was expected of this kind. */
  readonly asExpected: boolean;
  /** Why the verdict is what it is, in one sentence. */
  readonly why: string;
  readonly strategy: string;
  /** Runs executed. */
  readonly plans: number;
  /** Runs whose `holds` counted for nothing. */
  readonly void: number;
  readonly voidReasons?: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** Controls: time from the scenario's start until the named property was first violated. */
  readonly caughtAfterSeconds?: number;
  readonly properties: readonly PropertyResult[];
  /** Controls and limits: the property that must be violated. */
  readonly names?: string;
  /** Controls and limits: the properties that were violated. */
  readonly caughtBy?: readonly string[];
  /** Controls: what the twin does wrong. Limits: what a user has to know. */
  readonly flaw?: string;
  readonly places?: readonly PlaceResult[];
  readonly faults?: readonly FaultResult[];
  readonly violations: readonly ViolationResult[];
  readonly proves?: readonly string[];
  readonly lacks?: readonly string[];
}

/** One session. */
export interface Results {
  readonly formatVersion: typeof resultsVersion;
  readonly outcome: "as expected" | "violated" | "unknown";
  /** One sentence: why. */
  readonly why: string;
  readonly exitCode: number;
  readonly seed: number;
  readonly startedAt: string;
  readonly seconds: number;
  readonly interrupted: boolean;
  readonly budget: string;
  /** Runs the same again. */
  readonly command: string;
  /** Where the scenarios were found, if not in the repository's folder: `replay` and `judge` have to be told it. */
  readonly scenariosFolder?: string;
  readonly shard?: string;
  readonly stack: { readonly name: string; readonly why: string };
  /** Of everything that took part: postgres, toxiproxy, deno, nevertwice, drivers. */
  readonly versions: Readonly<Record<string, string>>;
  readonly commit?: string;
  readonly machine: { readonly os: string; readonly arch: string; readonly cpus: number; readonly memoryMiB: number };
  /** Skipped scenarios come first. */
  readonly scenarios: readonly ScenarioResult[];
  /** Sentences on anything that the session could not do or had to drop. */
  readonly remarks: readonly string[];
}
