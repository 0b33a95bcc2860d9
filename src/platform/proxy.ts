/**
 * One Toxiproxy proxy, driven through its client: made, disturbed, healed, taken away, each with a deadline and each confirmed.
 *
 * The proxy's own jitter and toxicity are not used: they draw from a source without a seed.
 */

import { type ICreateToxicBody, type Proxy, type Toxic as ClientToxic, type Toxiproxy } from "toxiproxy-node-client";
import type { Toxic } from "../core/fault.ts";
import { freePort, returnPort } from "../wire/free_port.ts";

/** How long Toxiproxy may take to answer; it answers within a millisecond. */
const answerMsMax = 5_000;
const triesMax = 5;

/** A port for one proxy. */
export interface FreePort {
  /** What Toxiproxy is asked to listen on. */
  readonly listen: string;
  /** Where that is found on 127.0.0.1. */
  readonly port: number;
  giveBack(): void;
}

/** Where proxies may listen. A Toxiproxy in a container has a range of published ports. */
export interface ProxyPorts {
  take(): Promise<FreePort>;
}

const loopbackPorts: ProxyPorts = {
  async take() {
    const port = await freePort();
    return { listen: `127.0.0.1:${port}`, port, giveBack: () => returnPort(port) };
  },
};

/** The road from a wire to a store. */
export class ProxyRoad {
  readonly port: number;
  readonly #api: Toxiproxy;
  readonly #proxy: Proxy;
  readonly #free: FreePort;
  #toxics = 0;
  /** Something was put on the road since it was last seen to be clean. */
  #touched = false;

  private constructor(api: Toxiproxy, proxy: Proxy, free: FreePort) {
    this.#api = api;
    this.#proxy = proxy;
    this.#free = free;
    this.port = free.port;
  }

  /** Makes a proxy. Rejects if Toxiproxy does not answer or finds no port free. */
  static async make(
    api: Toxiproxy,
    proxy: { name: string; upstream: string },
    ports: ProxyPorts = loopbackPorts,
  ): Promise<ProxyRoad> {
    for (let tries = 1;; tries++) {
      const free = await ports.take();
      try {
        const body = { ...proxy, listen: free.listen, enabled: true };
        return new ProxyRoad(api, await answered(api.createProxy(body), `make the proxy ${proxy.name}`), free);
      } catch (cause) {
        free.giveBack();
        // Somebody else may have taken the port since we looked.
        if (tries >= triesMax) throw cause;
      }
    }
  }

  /** Puts a toxic on the road for each of its connections. Disposing takes it off, and rejects if it may still be there. */
  async addToxic(toxic: Toxic): Promise<AsyncDisposable> {
    this.#touched = true;
    const body: ICreateToxicBody<Toxic["attributes"]> = {
      name: `${toxic.type}_${toxic.stream}_${this.#toxics++}`,
      type: toxic.type as ICreateToxicBody<unknown>["type"],
      stream: toxic.stream,
      toxicity: 1,
      attributes: toxic.attributes,
    };
    const added = await answered(this.#proxy.addToxic(body), `add ${body.name} to ${this.#proxy.name}`);
    let removed: Promise<void> | undefined;
    return { [Symbol.asyncDispose]: () => removed ??= this.#remove(added) };
  }

  /** Ends the connections and refuses new ones (`false`), or listens again. Rejects if that is not confirmed. */
  async enable(enabled: boolean): Promise<void> {
    this.#touched = true;
    const { listen, upstream, name } = this.#proxy;
    const updated = await answered(
      this.#proxy.update({ enabled, listen, upstream }),
      `${enabled ? "en" : "dis"}able ${name}`,
    );
    if (updated.enabled !== enabled) {
      throw new Error(`Cannot ${enabled ? "en" : "dis"}able ${name}: Toxiproxy left it as it was`);
    }
  }

  /** Takes off whatever is left, and enables it. Rejects if that cannot be confirmed. Costs nothing if the road was not touched. */
  async clean(): Promise<void> {
    if (!this.#touched) return;
    if (!isClean(await this.#state())) {
      for (const toxic of await this.#list()) await this.#remove(toxic);
      await this.enable(true);
      const state = await this.#state();
      const left = state.toxics.map(({ name }) => name).join(", ");
      if (!isClean(state)) throw new Error(`Cannot clean ${this.#proxy.name}: ${left || "it is not enabled"}`);
    }
    this.#touched = false;
  }

  /** Takes the proxy away and gives its port back. */
  async remove(): Promise<void> {
    await answered(this.#proxy.remove(), `remove ${this.#proxy.name}`);
    this.#free.giveBack();
  }

  async #remove(toxic: { readonly name: string; remove(): Promise<void> }): Promise<void> {
    const what = `remove ${toxic.name} from ${this.#proxy.name}`;
    try {
      await answered(toxic.remove(), what);
    } catch (cause) {
      // What is not there any more is gone, whoever took it away.
      if ((await this.#list()).some(({ name }) => name === toxic.name)) throw cause;
    }
  }

  /** The toxics on the road, as Toxiproxy says. The client's own listing leaves them out. */
  async #list(): Promise<readonly { readonly name: string; remove(): Promise<void> }[]> {
    const path = `${this.#proxy.getPath()}/toxics`;
    const { toxics } = await this.#state();
    return toxics.map(({ name }) => ({ name, remove: () => this.#api.api.delete(`${path}/${name}`) }));
  }

  async #state(): Promise<State> {
    const path = this.#proxy.getPath();
    return (await answered(this.#api.api.get<State>(path), `look at ${path}`)).data;
  }
}

/** What Toxiproxy says of a proxy. */
interface State {
  readonly enabled: boolean;
  readonly toxics: readonly Pick<ClientToxic<unknown>, "name">[];
}

function isClean({ enabled, toxics }: State): boolean {
  return enabled && toxics.length === 0;
}

/** The answer, or an error that says what was asked. */
async function answered<T>(asked: Promise<T>, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${answerMsMax} ms`)), answerMsMax);
  try {
    return await Promise.race([asked, late.promise]);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot ${what}: ${why}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}
