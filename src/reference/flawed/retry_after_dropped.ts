/**
 * Retry-After dropped: the answers are right, and a gateway before them, which writes error pages of its own, keeps the status alone. Met
 * in front of half of all services.
 *
 * What goes wrong: whoever is told to come again is not told when. Careful senders wait for too long, and the others come at once, all of
 * them, again and again.
 */

import type { DedupeOptions } from "../dedupe/mod.ts";
import { openTwin, type Twin } from "./twin.ts";

/** Opens the good one, and gives what stands before its receiver. */
export async function openRetryAfterDropped(
  options: DedupeOptions,
): Promise<Twin & { gateway(response: Response): Response }> {
  return Object.assign(await openTwin(options, {}), { gateway });
}

function gateway({ status, body, headers }: Response): Response {
  const type = headers.get("content-type");
  return new Response(body, { status, headers: type ? { "content-type": type } : {} });
}
