/**
 * A sender for controls by `sample`: events one after the other at every instance, so that some delivery is under way
 * whenever the fault strikes, and never two at one instance. What is left to chance is not whether, only which.
 */

import type { Delivery } from "../../core/plan.ts";
import type { WebhookDelivery } from "../dedupe.ts";

/** How much is sent. */
export interface SteadySender {
  readonly instances: number;
  /** Events for each instance, each of its own. */
  readonly events: number;
  /** How often each event is delivered. */
  readonly times: number;
  /** The wait after an acknowledgement, and after a refusal, in ms. */
  readonly everyMs: number;
}

/** The deliveries: each begins when the one before it at the same instance has been acknowledged. */
export function steadily({ instances, events, times, everyMs }: SteadySender): Delivery<WebhookDelivery>[] {
  return Array.from(
    { length: instances },
    (_, instance) =>
      Array.from({ length: events * times }, (_, n): Delivery<WebhookDelivery> => {
        const order = `${instance + 1}.${Math.floor(n / times) + 1}`;
        return {
          id: `d${instance + 1}_${n + 1}`,
          op: { key: `e${order}`, body: `{"order":${order}}` },
          starts: n === 0 ? { atMs: 0 } : { afterAckOf: `d${instance + 1}_${n}`, afterMs: everyMs },
          route: [instance],
          resendAfterMs: [everyMs],
        };
      }),
  ).flat();
}
