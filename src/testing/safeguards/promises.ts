/**
 * What dedupe promises, one by one: the rows of docs/safeguards.md. Scenarios name them by their ids, in `proves` and
 * `lacks`; where there is no scenario, the row says so, and which test of the reference there is instead, if any. A sibling
 * is the list of the parts on Redis (`promises_on_redis.ts`).
 */

/** A promise, in one sentence. */
export interface Promised {
  /** How scenarios name it. */
  readonly id: string;
  readonly says: string;
  /** Tests of the reference by itself: the file, and the beginning of the test's name. */
  readonly tested?: readonly { readonly file: string; readonly name: string }[];
}

/** Promises that belong together. */
export interface Chapter {
  readonly title: string;
  readonly promises: readonly Promised[];
}

const tested = (part: string, name: string) => ({ tested: [{ file: `src/reference/dedupe/${part}_test.ts`, name }] });

/** A row of the page. */
export const promise = (id: string, says: string, more: Pick<Promised, "tested"> = {}): Promised => ({
  id,
  says,
  ...more,
});

const notSigned = "what is not a signed delivery of JSON is answered";

/** All promises of dedupe. */
export const promisesOfDedupe: readonly Chapter[] = [
  {
    title: "Dedupe: the claim",
    promises: [
      promise(
        "one-statement-decides",
        "Of all deliveries of an event one is processed: a single statement under a unique constraint decides, and no answer to an earlier question is relied on.",
      ),
      promise(
        "duplicates-are-acknowledged",
        "A copy of an event that was processed is no error: it is acknowledged, and soon.",
      ),
      promise(
        "unique-constraint-verified",
        "The constraint that all rests on is looked up in the catalog at the start. Where it is missing, the service does not start and names the statement that adds it.",
      ),
      promise(
        "busy-while-held",
        "While an event is held under a lease that still runs, nobody else is given it: they are told that it is in work.",
      ),
      promise("fail-closed", "Where the store could not say that an event is new, no handler runs."),
      promise(
        "error-answers-503",
        "Such a delivery is refused so that the sender comes again (503 with Retry-After), and never called a duplicate: nothing is lost.",
      ),
      promise("unavailable-did-nothing", "Whoever is told that nothing happened can rely on it."),
      promise(
        "unknown-commit-is-unknown",
        "Where the answer to COMMIT is lost, it is said that nobody knows: neither processed nor rolled back.",
      ),
      promise(
        "conflict-is-no-duplicate",
        "The same id with another body is a conflict: neither processed nor acknowledged.",
      ),
      promise(
        "retention-outlasts-the-sender",
        "An id is remembered for longer than any sender goes on resending it (7 days by default; senders stop after 3).",
      ),
      promise(
        "pruned-in-small-batches",
        "Forgetting old events takes a few rows at a time, and spares live leases and other providers.",
        tested("dedupe", "pruning forgets what is older than the retention"),
      ),
    ],
  },
  {
    title: "Dedupe: transactional mode",
    promises: [
      promise("claim-and-effect-commit-together", "Claim and effect are committed together, or neither is."),
      promise("survives-ended-sessions", "The server may end the session at any moment of a delivery."),
      promise(
        "ended-while-others-share-the-pool",
        "So also while the handler waits for something else, and other transactions share the pool.",
        tested("transactional_faults", "a backend that is ended while the handler awaits, with others on the pool"),
      ),
    ],
  },
  {
    title: "Dedupe: lease mode",
    promises: [
      promise(
        "lease-by-the-databases-clock",
        "Leases begin and end by the database's clock, whatever the clocks of the instances say.",
      ),
      promise("lease-takeover", "A lease that has run out is taken over."),
      promise("lease-fencing", "Each later holder has a higher token."),
      promise("lease-completion-compares-token", "Only the holder with the newest token completes the event."),
      promise("completer-is-told", "A holder that was overtaken and then completes is told that it lost its lease."),
      promise(
        "passes-on-the-key",
        "The key that a receiver may deduplicate by is the same at each attempt, so that a receiver which does sees each event once.",
        tested("lease", "under a lease the first delivery is processed"),
      ),
      promise(
        "never-stale-where-fenced",
        "A receiver that only fences may see an event more than once, and never an earlier holder after a later one.",
      ),
    ],
  },
  {
    title: "Dedupe: batch mode",
    promises: [
      promise(
        "batch-is-one-statement",
        "Many events and their effects are one statement: all of it happens, or nothing.",
      ),
    ],
  },
  {
    title: "Dedupe: HTTP receiver",
    promises: [
      promise(
        "processed-answers-200",
        "What is processed and committed, now or before, is answered 200.",
        tested("receiver", "the first delivery and its resend are answered 200"),
      ),
      promise(
        "malformed-answers-400",
        "What has no id or timestamp, or is no JSON in UTF-8, is answered 400.",
        tested("receiver", notSigned),
      ),
      promise(
        "bad-signature-answers-401",
        "What is not signed with the secret by the Standard Webhooks scheme, or not lately, is answered 401 and never delivered.",
        tested("receiver", notSigned),
      ),
      promise("other-method-answers-405", "What is no POST is answered 405.", tested("receiver", notSigned)),
      promise("in-work-answers-409", "A copy of an event that is in work is answered 409 with Retry-After.", {
        tested: [
          ...tested("receiver", "a delivery in work is answered 409").tested,
          ...tested("transactional", "a delivery that meets an open transaction of its event is told busy").tested,
        ],
      }),
      promise(
        "too-large-answers-413",
        "A body above the limit is answered 413, measured while it arrives.",
        tested("receiver", "a body is measured while it arrives"),
      ),
      promise(
        "other-type-answers-415",
        "A body that does not say that it is JSON is answered 415.",
        tested("receiver", notSigned),
      ),
      promise(
        "other-body-answers-422",
        "The same id with another body is answered 422.",
        tested("receiver", "the first delivery and its resend are answered 200"),
      ),
      promise(
        "too-many-answers-429",
        "More deliveries at a time than the receiver takes on are answered 429 with Retry-After.",
        tested("receiver", "a delivery in work is answered 409, too many in flight 429"),
      ),
      promise(
        "retry-after-is-said",
        "Each 503 says when to come again.",
        tested("receiver", "a store that is down is answered 503 with Retry-After"),
      ),
    ],
  },
  {
    title: "Dedupe: what all of it needs besides",
    promises: [
      promise("answers-in-time", "Each call is answered within its deadline, whatever the store and the road do."),
      promise(
        "no-stuck-locks",
        "Whoever claims an event and then stands still, hangs or is cut off does not keep it from the others for ever.",
      ),
      promise("nothing-is-left-behind", "A closed dedupe leaves no connection and no session behind."),
      promise("process-stays-alive", "No loss of a connection ends the process."),
      promise("survives-a-killed-server", "The server may be killed and started again."),
      promise(
        "holds-in-bursts",
        "All of this holds while the same ids arrive at all instances at the same moment over a bad road.",
      ),
      promise(
        "handler-errors-surface",
        "A mistake in the handler comes out unchanged, and leaves the event unclaimed.",
      ),
      promise(
        "rolled-back-is-not-acknowledged",
        "A transaction that the server rolled back although COMMIT was sent is not acknowledged.",
      ),
      promise("transaction-ends-with-its-handler", "What a handler still sends after it has ended is not executed."),
    ],
  },
];
