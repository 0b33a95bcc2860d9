/**
 * A connection kept: one is opened beside the pool, for something of its own, and whoever closes the pool does not know of it. Met as a
 * connection for LISTEN, or for metrics, that lives in another module.
 *
 * What goes wrong: each deployment leaves one behind for as long as the old process takes to go, and a test that closes everything hangs.
 */

import type { DedupeOptions } from "../dedupe/mod.ts";
import { settingsOf } from "../dedupe/options.ts";
import { Session } from "../dedupe/session.ts";
import { openTwin, type Twin } from "./twin.ts";

/** Opens the twin, and a connection that nobody closes. */
export async function openConnectionKept(options: DedupeOptions): Promise<Twin> {
  await new Session(settingsOf(options)).connect();
  return await openTwin(options, {});
}
