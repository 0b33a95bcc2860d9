/**
 * The links of a lane: for each instance and store a Toxiproxy proxy and a wire in front of it. They are made once and used for many
 * runs, since opening and closing the wires costs far less than making proxies.
 */

import { Toxiproxy } from "toxiproxy-node-client";
import type { Toxic, Traffic } from "../core/fault.ts";
import type { Hold, Road, RoadConnection } from "../core/lane.ts";
import type { MessagePlace, Place, Service } from "../core/place.ts";
import { openWire, type Wire, type WireRun } from "../wire/wire.ts";
import { type ProxyPorts, ProxyRoad } from "./proxy.ts";

export type { ProxyPorts } from "./proxy.ts";

/** What links are made of. */
export interface LinksOptions {
  /** The address of Toxiproxy's API. */
  readonly toxiproxy: URL;
  readonly stores: Readonly<Partial<Record<Service, Store>>>;
  /** A free port of 127.0.0.1 by default. */
  readonly proxyPorts?: ProxyPorts;
  readonly instances: number;
  /** Names of proxies begin with `nevertwice-<session>-lane<lane>-`. */
  readonly session: string;
  readonly lane: number;
  /** As in `WireOptions`. */
  readonly tls?: "pass" | "refuse";
}

/** A store as links see it. */
export interface Store {
  /** What an instance is told, but for host and port; by default Toxiproxy finds the store there. */
  as(instance: number): URL;
  /** `host:port` as Toxiproxy sees it, if that is another one. */
  readonly upstream?: string | undefined;
}

const defaultPorts: Readonly<Record<Service, string>> = { postgres: "5432", redis: "6379" };

/** Makes the proxies and the wires; these listen from `open` on. Rejects, and leaves nothing behind, if one cannot be made. */
export async function openLinks(options: LinksOptions): Promise<Links> {
  const api = new Toxiproxy(options.toxiproxy.href.replace(/\/$/, ""));
  await using undo = new AsyncDisposableStack();
  const links: WiredLink[] = [];
  for (const [service, store] of Object.entries(options.stores) as [Service, Store][]) {
    for (let instance = 0; instance < options.instances; instance++) {
      const name = `nevertwice-${options.session}-lane${options.lane}-${service}-${instance}`;
      const upstream = store.as(instance);
      const behind = store.upstream ?? `${upstream.hostname}:${upstream.port || defaultPorts[service]}`;
      const proxy = await ProxyRoad.make(api, { name, upstream: behind }, options.proxyPorts);
      undo.defer(() => proxy.remove());
      const target = { hostname: "127.0.0.1", port: proxy.port };
      const wire = undo.use(await openWire({ instance, service, target, tls: options.tls ?? "refuse" }));
      links.push(new WiredLink({ instance, service, upstream, proxy, wire }));
    }
  }
  return new Links(links, undo.move());
}

/** All links of a lane. Disposing ends the wires and deletes the proxies. */
export class Links implements AsyncDisposable {
  readonly roads: readonly WiredLink[];
  readonly #undo: AsyncDisposableStack;

  constructor(roads: readonly WiredLink[], undo: AsyncDisposableStack) {
    this.roads = roads;
    this.#undo = undo;
  }

  /** The link of an instance to a store; throws if there is none. */
  of(instance: number, service: Service): WiredLink {
    const found = this.roads.find((road) => road.instance === instance && road.service === service);
    if (!found) throw new Error(`Cannot find a link of instance ${instance} to ${service}`);
    return found;
  }

  /** A run begins: all wires listen and record. */
  async open(run: WireRun): Promise<void> {
    await Promise.all(this.roads.map((road) => road.wire.open(run)));
  }

  /** The next run begins on the connections that are open. */
  turn(run: WireRun): void {
    for (const road of this.roads) road.wire.turn(run);
  }

  /** The run is over: resolves when all connections have drained, or after `deadlineMs` with the number of those that have not. */
  async close(deadlineMs: number): Promise<{ undrained: number }> {
    const closed = await Promise.all(this.roads.map((road) => road.wire.close(deadlineMs)));
    return { undrained: closed.reduce((sum, { undrained }) => sum + undrained, 0) };
  }

  /** Takes off whatever a run has left; rejects if a road is not certain to be clean. */
  async clean(): Promise<void> {
    await Promise.all(this.roads.map((road) => road.clean()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }
}

/** One link: instance, wire, Toxiproxy, store. */
export class WiredLink implements Road {
  readonly instance: number;
  readonly service: Service;
  readonly wire: Wire;
  readonly #upstream: URL;
  readonly #proxy: ProxyRoad;

  constructor(of: { instance: number; service: Service; upstream: URL; proxy: ProxyRoad; wire: Wire }) {
    this.instance = of.instance;
    this.service = of.service;
    this.wire = of.wire;
    this.#upstream = of.upstream;
    this.#proxy = of.proxy;
  }

  get user(): string {
    return decodeURIComponent(this.#upstream.username);
  }

  get url(): URL {
    const url = new URL(this.#upstream);
    url.hostname = "127.0.0.1";
    url.port = String(this.wire.port);
    return url;
  }

  async addToxic(toxic: Toxic): Promise<AsyncDisposable> {
    const gentle = await this.wire.gentle();
    try {
      const added = await this.#proxy.addToxic(toxic);
      return {
        async [Symbol.asyncDispose]() {
          await added[Symbol.asyncDispose]();
          gentle[Symbol.dispose]();
        },
      };
    } catch (cause) {
      gentle[Symbol.dispose]();
      throw cause;
    }
  }

  async refuse(): Promise<AsyncDisposable> {
    try {
      await this.wire.refuse(() => this.#proxy.enable(false));
    } catch (cause) {
      await this.wire.accept();
      throw cause;
    }
    let opened: Promise<void> | undefined;
    return { [Symbol.asyncDispose]: () => opened ??= this.#openAgain() };
  }

  watch(): { traffic(): Traffic } {
    return this.wire.watch();
  }

  begin(operation: string): void {
    this.wire.begin(operation);
  }

  end(operation: string): void {
    this.wire.end(operation);
  }

  cut(cut: { operation: string; place: Place }, struck: (what: string) => void): { disarm(): void } {
    return this.wire.cut(cut, struck);
  }

  hold(hold: { operation: string; place: MessagePlace }): Hold {
    return this.wire.hold(hold);
  }

  connections(): readonly RoadConnection[] {
    return this.wire.connections();
  }

  /** Takes off whatever is left on the road, and opens it. */
  async clean(): Promise<void> {
    await this.#proxy.clean();
  }

  /** The road behind first: whoever is let in must not be turned away there. */
  async #openAgain(): Promise<void> {
    await this.#proxy.enable(true);
    await this.wire.accept();
  }
}
