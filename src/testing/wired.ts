/**
 * A wire for tests, open for one run, with everything that it recorded; and the conditions that such tests wait for.
 */

import type { MessageEntry } from "../core/history.ts";
import { openWire, type Recorded, type Wire, type WireOptions } from "../wire/wire.ts";

/** A wire in front of a server, open. Disposing closes it. */
export interface Wired extends AsyncDisposable {
  readonly wire: Wire;
  /** The server's address through the wire. */
  readonly url: URL;
  readonly entries: readonly Recorded[];
  /** Recorded messages of one operation (or all), as `up Query`. */
  names(operation?: string): string[];
  messages(): MessageEntry[];
  /** Recorded events of connections, as `0 closed instance`. */
  events(): string[];
}

/** Opens a wire in front of a server (or of a Toxiproxy proxy) for one run; the address says which protocol is spoken. */
export async function wired(server: URL, options: Pick<WireOptions, "tls"> = {}): Promise<Wired> {
  const service = server.protocol.startsWith("redis") ? "redis" : "postgres";
  const target = { hostname: server.hostname, port: Number(server.port || (service === "redis" ? 6379 : 5432)) };
  const wire = await openWire({ instance: 0, service, target, ...options });
  const entries: Recorded[] = [];
  const startMs = performance.now();
  await wire.open({ record: (entry) => void entries.push(entry), now: () => performance.now() - startMs });
  const url = new URL(server);
  url.hostname = "127.0.0.1";
  url.port = String(wire.port);
  const messages = () => entries.filter((entry) => entry.type === "message");
  return {
    wire,
    url,
    entries,
    messages,
    names: (operation) =>
      messages().filter((m) => operation === undefined || m.operation === operation).map((m) =>
        `${m.direction} ${m.message}`
      ),
    events: () => entries.filter((e) => e.type === "connection").map((e) => `${e.connection} ${e.event} ${e.by}`),
    async [Symbol.asyncDispose]() {
      await wire.close(1_000);
      await wire[Symbol.asyncDispose]();
    },
  };
}

/** Waits until something is so; fails after 5 s, saying what was waited for. */
export async function eventually(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 5_000;
  while (!await isSo()) {
    if (performance.now() > deadlineMs) throw new Error(`Waited 5 s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
