/**
 * Where servers in containers live, so that the harness, Toxiproxy and the engine call them by the same address.
 *
 * Best is the network of this machine itself (`host`): servers listen on loopback as native ones do, refused is refused and a
 * reset is a reset. Where the engine's machine is another one (a virtual one, a user's own network), they share the network of
 * Toxiproxy's container, whose ports are published on 127.0.0.1 under their own numbers (`published`). The engine's relay
 * accepts before it dials and turns a reset into an end in order, so that roads differ there in these two.
 */
import { freePort, returnPort } from "../../wire/free_port.ts";
import { PortPool } from "../port_pool.ts";
import type { ProxyPorts } from "../proxy.ts";

/** How a server is put into place. */
export interface Placement {
  readonly name: "host" | "published";
  /** As the engine calls it. */
  readonly networkMode: string;
  /** What a server listens on. */
  readonly bind: string;
  /** A port of 127.0.0.1, and of `bind` in the container. */
  takePort(): Promise<number>;
  giveBack(port: number): void;
  /** Where Toxiproxy may listen; undefined: on any free port of 127.0.0.1. */
  readonly proxyPorts: ProxyPorts | undefined;
}

/** The network of this machine. */
export const onThisMachine: Placement = {
  name: "host",
  networkMode: "host",
  bind: "127.0.0.1",
  takePort: freePort,
  giveBack: returnPort,
  proxyPorts: undefined,
};

/** In the network of a container that publishes these ports. */
export function besides(container: string, ports: readonly number[]): Placement {
  const pool = new PortPool(ports);
  return {
    name: "published",
    networkMode: `container:${container}`,
    bind: "0.0.0.0",
    takePort: () => pool.take(),
    giveBack: (port) => pool.giveBack(port),
    proxyPorts: pool.proxyPorts,
  };
}
