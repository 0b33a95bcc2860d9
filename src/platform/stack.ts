/**
 * A stack: the real services of a session, wherever they come from. What lanes are made on, and no more than that.
 *
 * There are four: `native` (programs of this machine), `containers` (an engine's), `compose` (what the compose file leaves
 * standing) and `external` (addresses in the environment). Which one is taken is decided in `open_stack.ts`. A sibling
 * offers the same servers by other means, and says in `missing` and in `own` what it cannot offer.
 */
import type { Server } from "../core/fault.ts";
import type { Service } from "../core/place.ts";
import type { ProxyPorts } from "./proxy.ts";

/** The stacks by their names. */
export type StackName = "native" | "containers" | "compose" | "external";

/** What may be asked for on the command line. */
export const stackChoices = ["auto", "native", "containers", "compose", "external"] as const;

/** One of them. */
export type StackChoice = (typeof stackChoices)[number];

/** Settings of a server by the store's own names; they win over ours. */
export type ServerSettings = Readonly<Record<string, string>>;

/** A server that all lanes use. */
export interface SharedServer {
  /** An owner's address, direct, on loopback. */
  readonly url: URL;
  /** `host:port` as Toxiproxy sees it, where that is not what the address says. */
  readonly upstream?: string | undefined;
  /** It was there before the session or is there after it: what is made on it has to be dropped. */
  readonly outlives: boolean;
}

/** A server made for one lane alone, so that faults may strike it. Disposing ends it; else it ends with the stack. */
export interface OwnServer extends Server, AsyncDisposable {
  /** An owner's address, direct, on loopback; the same after a restart, and the same as Toxiproxy sees it. */
  readonly url: URL;
  /** As the server says it of itself. */
  readonly version: string;
  /** Resolves with a sentence once it ended without our asking. */
  readonly died: Promise<string>;
}

/** Where Toxiproxy is. */
export interface StackToxiproxy {
  /** Its API. */
  readonly url: URL;
  /** Where proxies may listen; undefined: on any free port of 127.0.0.1. */
  readonly ports: ProxyPorts | undefined;
  /** False where an engine's relay of published ports lies behind the wire: it turns a proxy's reset into an end in order. */
  readonly resetsArrive: boolean;
}

/** The running services. Disposing ends what the stack has started and drops what it has made; it may be done twice. */
export interface Stack extends AsyncDisposable {
  readonly name: StackName;
  /** What it is made of, for people. */
  readonly why: string;
  /** As the servers say it of themselves, by service: a tag or a package may say something else. */
  readonly versions: Readonly<Record<string, string>>;
  readonly shared: Readonly<Partial<Record<Service, SharedServer>>>;
  /** Makes a server for one lane. Throws StackError. Without an entry no fault may strike such a server. */
  readonly own: Readonly<Partial<Record<Service, (settings?: ServerSettings) => Promise<OwnServer>>>>;
  /** Why a store can be had in neither of the two ways, as the end of a sentence. */
  readonly missing: Readonly<Partial<Record<Service, string>>>;
  readonly toxiproxy: StackToxiproxy;
  /** Each resolves with a sentence once a service that all lanes use ended without our asking. */
  readonly died: readonly Promise<string>[];
  /** How many lanes of both kinds together it bears: they have to find ports for their proxies, and the road behind has its limits. */
  readonly lanesMax: number;
}

/** How a stack is opened. */
export interface StackOptions {
  /** As in the names of all that lanes make: eight lower-case letters and digits, unique among all sessions. */
  readonly session: string;
  /** The stores that the chosen scenarios need; the others need not be started. */
  readonly services: readonly Service[];
  /** Lanes of both kinds together that are wanted, and the instances of each: so many proxies have to find a port. */
  readonly lanes: number;
  readonly instances: number;
  /** After an abort, what had begun is ended, and opening rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Gets a line for each thing that is fetched, swept or passed over. */
  say(line: string): void;
}
