/**
 * No deadline of its own on the store's answers: the statement is sent and awaited, and whoever sends it trusts that an
 * answer or an error will come. Met nearly everywhere, since neither npm:postgres nor npm:pg has a query timeout unless
 * asked for one, and since the server's own `statement_timeout` looks as if it would do.
 *
 * What goes wrong: the server's timeouts are of no use to a client whose road is gone, for the error has to travel on it.
 * In a black hole the call waits for as long as the kernel keeps sending again, which is a quarter of an hour.
 */

import { type Deadline, Deadlines } from "../dedupe/deadline.ts";
import { underLease } from "../dedupe/lease.ts";
import type { DedupeOptions } from "../dedupe/mod.ts";
import { inOneTransaction } from "../dedupe/transactional.ts";
import type { Verdict } from "../dedupe/verdict.ts";
import { openTwin, type Twin } from "./twin.ts";

/** For whoever waits for an answer it is the same as never. */
const kernelGivesUpMs = 15 * 60_000;

/** Opens the twin that waits for the store for as long as it takes; what the server was told at the connect stays. */
export function openNoDeadline(options: DedupeOptions): Promise<Twin> {
  return openTwin(options, {
    transactional: ({ sessions, settings }, { event, handler }) =>
      patiently((deadline) => inOneTransaction(sessions, settings, event, handler, deadline)),
    leased: ({ lanes, settings }, { event, handler }) =>
      patiently((deadline) => underLease(lanes, settings, event, handler, deadline)),
  });
}

async function patiently<T>(call: (deadline: Deadline) => Promise<Verdict<T>>): Promise<Verdict<T>> {
  const deadlines = new Deadlines(kernelGivesUpMs);
  const deadline = deadlines.start();
  try {
    return await call(deadline);
  } finally {
    deadline.clear();
    deadlines.close();
  }
}
