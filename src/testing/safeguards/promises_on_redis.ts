/**
 * What the parts on Redis promise, one by one: rows of docs/safeguards.md, as `promises.ts` has those of dedupe. What they promise of their
 * edges (keys of any text, servers that will not do) is tested by the tests of the parts alone, and is no row here.
 */

import { type Chapter, promise, type Promised } from "./promises.ts";

const tested = (part: string, name: string): Pick<Promised, "tested"> => ({
  tested: [{ file: `src/reference/${part}_test.ts`, name }],
});

/** All promises of the debouncer, the idempotency checker, the limiter, and the client that they share. */
export const promisesOnRedis: readonly Chapter[] = [
  {
    title: "Debouncer",
    promises: [
      promise("message-accepted-once", "A message is accepted once, however often and by however many it is pushed."),
      promise(
        "quiet-time-by-redis",
        "A conversation falls due when it has been quiet for long enough, by the clock of Redis, whichever instance its messages came to.",
      ),
      promise(
        "longest-wait",
        "A conversation that is never quiet is handled all the same, when its first message has waited for the longest that it may.",
      ),
      promise("next-batch", "What comes while a batch is in flight, or does not fit into it, is the next."),
      promise("taken-in-one-step", "Finding a batch, moving it out of reach and drawing its token are one step."),
      promise(
        "one-batch-in-flight",
        "One batch of a conversation is in flight at a time; what comes meanwhile is the next.",
      ),
      promise("order-of-acceptance", "A batch has its messages in the order in which they were accepted."),
      promise("batch-takeover", "A batch whose holder is gone is given to another after the lease, as it was."),
      promise(
        "ack-compares-token",
        "Whoever comes after a takeover deletes nothing.",
        tested("debouncer/batches", "whoever comes back after a takeover is told that the batch is lost"),
      ),
      promise("failure-compares-token", "A failure that is told after a takeover takes nothing from the new holder."),
      promise(
        "given-up-in-one-step",
        "Looking whether more has come and giving a conversation up are one step: no message is left behind.",
      ),
      promise(
        "given-back-unbegun",
        "An instance that is closed gives back what it has not begun.",
        tested("debouncer/loop", "close gives back"),
      ),
      promise(
        "failed-comes-again",
        "A batch that failed comes again, and its conversation is not called settled until then.",
      ),
      promise(
        "dead-letters-kept",
        "After its last attempt a batch is a dead letter, with its messages, until it is put back or discarded.",
      ),
      promise(
        "put-back-keeps-its-id",
        "A dead letter that is put back has its old id: what it had committed is not committed again.",
      ),
      promise(
        "sink-commits-once",
        "In Postgres a batch and its effect commit together, once, however often it is handled.",
      ),
      promise(
        "sink-fences",
        "The sink refuses a holder whose token is lower than one that has committed.",
        tested("debouncer/sink", "a holder that comes after a later one has committed is refused"),
      ),
    ],
  },
  {
    title: "Idempotency checker",
    promises: [
      promise("task-waits-for-a-verdict", "A task is run only when Redis has said, completely, that it may be."),
      promise(
        "task-busy-while-held",
        "While one worker has the lease on a task, all others are told that it is in work.",
      ),
      promise("task-takeover", "A task whose lease has run out is given to another."),
      promise("task-fencing", "Each later holder of a task has a higher token."),
      promise(
        "task-completion-compares-token",
        "Only the newest holder completes a task; one that was overtaken is told so.",
      ),
      promise(
        "task-lease-renewed",
        "The lease of a task that is still at work is renewed, for as long as it may be held.",
      ),
      promise("task-failure-frees", "A task that failed is free at once."),
      promise(
        "task-done-is-known",
        "What is done is known for as long as it is to be remembered, and is not run again.",
      ),
      promise("task-conflict", "The same key with another fingerprint is a conflict."),
      promise(
        "task-unknown-is-unknown",
        "Where a task was run and its completion was not answered, it is said that nobody knows.",
      ),
      promise(
        "other-request-answers-422",
        "The same Idempotency-Key with another request is answered 422, and never with the first one's response.",
      ),
      promise("middleware-says-when", "Each 409 and 503 of the middleware says when to come again."),
    ],
  },
  {
    title: "Rate limiter",
    promises: [
      promise(
        "limit-in-any-window",
        "In no window, wherever it begins, is more allowed than the limit, over all instances together.",
      ),
      promise("outage-is-no-429", "Whoever cannot be counted is told 503, and never that he was over the limit."),
      promise("limiter-says-when", "Each 429 and 503 says when to come again."),
    ],
  },
  {
    title: "What all parts on Redis need besides",
    promises: [
      promise("redis-answers-in-time", "Each call is answered within its deadline, whatever Redis and the road do."),
      promise(
        "redis-unknown-is-unknown",
        "A command that was sent and not answered is called unknown, and one that is called refused did nothing.",
      ),
      promise("scripts-are-sent-again", "A Redis that has forgotten the scripts is given them again."),
      promise(
        "redis-survives-faults",
        "Redis may be killed and started again with what it had written, and be loading, full or read-only.",
      ),
      promise("redis-late-commands", "What is executed after its caller gave up does no harm."),
      promise(
        "redis-holds-in-bursts",
        "All of this holds while all instances are asked at the same moment over a bad road.",
      ),
      promise("redis-process-stays-alive", "No loss of a connection to Redis ends the process."),
      promise("redis-nothing-left-behind", "A closed part leaves no connection behind."),
    ],
  },
];
