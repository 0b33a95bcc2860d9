/**
 * Where the services of `docker-compose.yml` are: what it publishes on loopback, and where Toxiproxy finds the stores.
 */

/** Owners' addresses, direct, and Toxiproxy's API. */
export const addresses = {
  postgres: new URL("postgres://postgres@127.0.0.1:9432/postgres"),
  redis: new URL("redis://127.0.0.1:9379"),
  toxiproxy: new URL("http://127.0.0.1:9474"),
} as const;

/** The stores as Toxiproxy sees them, with which they share a network. */
export const upstreams = { postgres: "127.0.0.1:5432", redis: "127.0.0.1:6379" } as const;

/** Where proxies may listen, under the same numbers inside and outside. */
export const proxyPorts = { first: 9500, last: 9547 } as const;

/** The file itself. */
export const composeFile = new URL("../../../docker-compose.yml", import.meta.url).pathname;
