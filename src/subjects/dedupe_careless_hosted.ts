/**
 * An instance of the reference whose handlers do what handlers should not: what a library meets where it is used. How the
 * handler of an event is careless stands in the event's body, and it is so at its first attempt at an instance only, so that
 * the sender gets through in the end; never at the instance that the option `soundInstance` names. A sibling would be careless in another mode.
 */

import { openDedupe, type Tx, type WebhookEvent } from "../reference/dedupe/mod.ts";
import { hostDedupe, type HostedDedupe } from "./dedupe_hosted.ts";

/** The body of an event whose handler is careless: `{"handler":"swallows"}`. */
export type Carelessness = "swallows" | "straggles" | "blocks" | "lingers";

/** Longer than it takes the others to be done, and shorter than the harness waits for an instance to end its work. */
const tooLongMs = 2_800;

type Handler<T> = (tx: Tx) => Promise<T> | T;

const careless: Readonly<Record<Carelessness, <T>(handler: Handler<T>, tx: Tx) => Promise<T | void>>> = {
  /** A statement fails, its error is caught and forgotten, and so are those of all that follow it. */
  async swallows(handler, tx) {
    await tx.query("select 1 / 0").catch(forget);
    return await Promise.resolve(handler(tx)).catch(forget);
  },
  /** One half of the work fails, and the other half goes on behind the back of whoever hears of it. */
  straggles(handler, tx) {
    Promise.resolve(handler(tx)).catch(forget);
    return Promise.reject(new Error("Half of the work failed"));
  },
  /** The whole process stands still in the middle of the transaction, as in a long collection of garbage or a migration. */
  async blocks(handler, tx) {
    await tx.query("select 1");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, tooLongMs);
    return await handler(tx);
  },
  /** A statement takes for ever; the server does not look up from it to see whether anybody still waits. */
  async lingers(handler, tx) {
    await tx.query("select pg_sleep($1)", [tooLongMs / 1_000]);
    return await handler(tx);
  },
};

function forget(error: unknown): undefined {
  void error;
  return undefined;
}

function howCareless({ body }: WebhookEvent): Carelessness | undefined {
  const how: unknown = JSON.parse(String(body)).handler;
  return Object.keys(careless).find((name) => name === how) as Carelessness | undefined;
}

/** The reference, with careless handlers. */
export const hosted = hostDedupe(async (options, { instance, options: { soundInstance } }): Promise<HostedDedupe> => {
  const dedupe = await openDedupe(options);
  if (instance === soundInstance) return dedupe;
  const tried = new Set<string>();
  return {
    transactional(event, handler) {
      const how = tried.has(event.id) ? undefined : howCareless(event);
      tried.add(event.id);
      if (how === undefined) return dedupe.transactional(event, handler);
      return dedupe.transactional(event, (tx) => careless[how](handler, tx) as ReturnType<typeof handler>);
    },
    leased: (event, handler) => dedupe.leased(event, handler),
    batch: (events, effect) => dedupe.batch(events, effect),
    [Symbol.asyncDispose]: () => dedupe.close(),
  };
});
