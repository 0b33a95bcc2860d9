/**
 * The addresses of servers that the user names in the environment, read and checked: on loopback, in the clear.
 */
import type { Service } from "../../core/place.ts";
import { StackError } from "../native/stack_error.ts";
import { placeOf } from "../standing/servers.ts";

/** A store that is named. */
export interface NamedStore {
  readonly url: URL;
  /** `host:port` as Toxiproxy sees it. */
  readonly upstream: string;
}

/** What the environment says. */
export interface Addresses {
  readonly stores: Readonly<Partial<Record<Service, NamedStore>>>;
  readonly toxiproxy: URL;
  /** Where proxies may listen; undefined: anywhere. */
  readonly ports: readonly number[] | undefined;
}

/** The variables, by store. */
export const variables: Readonly<Record<Service, { readonly url: string; readonly upstream: string }>> = {
  postgres: { url: "POSTGRES_URL", upstream: "POSTGRES_UPSTREAM" },
  redis: { url: "REDIS_URL", upstream: "REDIS_UPSTREAM" },
};

const protocols: Readonly<Record<Service, readonly string[]>> = {
  postgres: ["postgres:", "postgresql:"],
  redis: ["redis:"],
};
/** The permissions of `deno task chaos` know no others. */
const loopback = ["127.0.0.1", "localhost"];
const portsMax = 1_000;

type Get = (name: string) => string | undefined;

/** Which of the variables are set; Toxiproxy's is needed, and one store's. */
export function namedVariables(get: Get): string[] {
  return ["TOXIPROXY_URL", ...Object.values(variables).map(({ url }) => url)].filter((name) => get(name));
}

/** Reads them. Throws StackError with one sentence for what cannot be used. */
export function readAddresses(get: Get): Addresses {
  const toxiproxy = get("TOXIPROXY_URL");
  if (!toxiproxy) {
    throw unusable("TOXIPROXY_URL", "is not set", "the address of its API, such as http://127.0.0.1:8474");
  }
  const range = get("TOXIPROXY_PORTS");
  const stores = (Object.keys(variables) as Service[]).flatMap((service) => {
    const text = get(variables[service].url);
    return text ? [[service, storeOf(service, text, get(variables[service].upstream))] as const] : [];
  });
  if (stores.length === 0) {
    throw unusable("POSTGRES_URL and REDIS_URL", "are not set", "the address of one store at least");
  }
  return {
    stores: Object.fromEntries(stores),
    toxiproxy: loopbackUrl("TOXIPROXY_URL", toxiproxy, ["http:"]),
    ports: range ? portsOf(range) : undefined,
  };
}

function storeOf(service: Service, text: string, upstream: string | undefined): NamedStore {
  const names = variables[service];
  const url = loopbackUrl(names.url, text, protocols[service]);
  const sslmode = url.searchParams.get("sslmode");
  if (sslmode && sslmode !== "disable") {
    throw unusable(
      names.url,
      `asks for TLS (sslmode=${sslmode})`,
      "an address in the clear: the harness reads the conversation",
    );
  }
  if (upstream && !/^\S+:\d{1,5}$/.test(upstream)) throw unusable(names.upstream, `is "${upstream}"`, "host:port");
  return { url, upstream: upstream || placeOf(url) };
}

function loopbackUrl(name: string, text: string, wanted: readonly string[]): URL {
  const url = URL.parse(text);
  const example = wanted[0] === "http:" ? "http://127.0.0.1:8474" : `${wanted[0]}//user:password@127.0.0.1`;
  // The address itself may hold a password, so it is not repeated.
  if (!url) throw unusable(name, "is no address", `one such as ${example}`);
  if (!wanted.includes(url.protocol)) throw unusable(name, `begins with ${url.protocol}//`, `one such as ${example}`);
  if (loopback.includes(url.hostname)) return url;
  const why = `leads to ${url.hostname || "no host"}`;
  throw unusable(name, why, "an address of loopback (127.0.0.1 or localhost): load and faults go nowhere else");
}

function portsOf(text: string): number[] {
  const [, from, to] = (/^(\d+)-(\d+)$/.exec(text) ?? []).map(Number);
  if (!from || !to || to < from || to > 65_535 || to - from >= portsMax) {
    throw unusable("TOXIPROXY_PORTS", `is "${text}"`, `a range of at most ${portsMax} ports, such as 8666-8697`);
  }
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function unusable(name: string, why: string, wanted: string): StackError {
  const what = "Cannot use the servers that the environment names";
  return new StackError({ what, why: `${name} ${why}`, todo: `It has to be ${wanted}.` });
}
