/**
 * An error of COMMIT is answered 200: the handler has done its work, so the delivery is acknowledged, whatever COMMIT comes
 * to. Met where the answer is sent before the transaction's end (a `finally`, a middleware that commits after the
 * response), and where COMMIT is believed to be a formality whose errors are only logged.
 *
 * What goes wrong: if COMMIT did not reach the server, the claim and the work are rolled back, and the sender was told that
 * all is well. It never comes again, and the event is lost.
 */

import type { DedupeOptions } from "../dedupe/mod.ts";
import { ifCommitFails } from "./if_commit_fails.ts";
import { openTwin, type Twin } from "./twin.ts";

/** Opens the twin that acknowledges when COMMIT has failed. */
export function openCommitErrorAnswered200(options: DedupeOptions): Promise<Twin> {
  return openTwin(options, {
    transactional: (parts, delivered) =>
      ifCommitFails(parts, delivered, (_error, value) => ({ verdict: "first", value })),
  });
}
