/**
 * A rejection that nobody hears: a second promise is made of each delivery's, to count how long it took, and nobody waits for that one. Met
 * as `void work.then(() => timer.stop())`.
 *
 * What goes wrong: a delivery that fails rejects both, and the second rejection ends the process, with all that is in flight in it.
 */

import type { DedupeOptions } from "../dedupe/mod.ts";
import { inOneTransaction } from "../dedupe/transactional.ts";
import { openTwin, type Twin } from "./twin.ts";

/** Opens the twin that counts deliveries by the way; `counted` hears how long each took, in ms. */
export function openRejectionNobodyHears(
  options: DedupeOptions,
  counted: (ms: number) => void = () => {},
): Promise<Twin> {
  return openTwin(options, {
    transactional({ sessions, settings }, { event, handler, deadline }) {
      const beganAtMs = performance.now();
      const work = inOneTransaction(sessions, settings, event, handler, deadline);
      void work.then(() => counted(performance.now() - beganAtMs));
      return work;
    },
  });
}
