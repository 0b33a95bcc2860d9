/**
 * A fixed set of ports, such as an engine publishes for a container: lent and given back.
 */
import { StackError } from "./native/stack_error.ts";
import type { ProxyPorts } from "./proxy.ts";

/** The ports that are free. */
export class PortPool {
  readonly size: number;
  readonly #free: number[];

  constructor(ports: readonly number[]) {
    this.size = ports.length;
    this.#free = [...ports];
  }

  /** The one that was given back longest ago: whoever listened there needs a moment to end. Rejects if none is left. */
  take(): Promise<number> {
    const port = this.#free.shift();
    if (port !== undefined) return Promise.resolve(port);
    const why = `all ${this.size} are in use`;
    const todo = "Ask for fewer lanes, for one: `--lanes 2`.";
    return Promise.reject(new StackError({ what: "Cannot find a published port", why, todo }));
  }

  /** It may be taken again. */
  giveBack(port: number): void {
    this.#free.push(port);
  }

  /** For proxies, each under the same number inside and outside of Toxiproxy's container. */
  get proxyPorts(): ProxyPorts {
    return {
      take: async () => {
        const port = await this.take();
        return { listen: `0.0.0.0:${port}`, port, giveBack: () => this.giveBack(port) };
      },
    };
  }
}
