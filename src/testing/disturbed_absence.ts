/**
 * The store that a road under test does not lead to, as its target has it: whoever asks it anything is told so.
 */

/** Stands for a client of the store. Unlike a getter that throws, it can be copied with the target: `{ ...target, links }`. */
export function absent<Client extends object>(store: string): Client {
  const fail = (): never => {
    throw new Error(`There is no ${store} on this road`);
  };
  return new Proxy(fail, { get: fail, apply: fail }) as unknown as Client;
}
