/**
 * nevertwice: is anything processed twice, lost, or stuck for ever, when the network and the databases misbehave?
 *
 * Two things to import. The **reference**, to use or to copy: webhook dedupe that takes each event once, whatever breaks; and, each in a
 * module of its own, the parts on Redis: `reference/debouncer/mod.ts`, `reference/idempotency/mod.ts`, `reference/limiter/mod.ts`.
 *
 *     import { openDedupe, webhookReceiver } from "./src/mod.ts";
 *
 *     const dedupe = await openDedupe({ url: "postgres://app@127.0.0.1/shop" });
 *     const verdict = await dedupe.transactional({ id: "evt_1", body: "{}" }, async (tx) => {
 *       await tx.query("insert into orders (event_id) values ($1)", ["evt_1"]); // commits with the claim, or not at all
 *     });
 *
 * And the **words to claim things in**, for scenarios about an implementation of your own: a subject (how it is started and
 * where its effects are read), the properties that it has to keep, and `claim`, `control` or `limit` around them.
 * `docs/your_own` is a whole example, and `deno task chaos --scenarios <folder>` runs it.
 *
 * @module
 */

export * from "./reference/dedupe/mod.ts";
export { Refused } from "./core/outcome.ts";
export type { Outcome } from "./core/outcome.ts";
export { claim, control, limit } from "./core/scenario.ts";
export type { Claim, Control, EveryPlace, Limit, Sampled, Scenario } from "./core/scenario.ts";
export type { Call, Effect, Hosted, Instance, Namespace, Promises, Subject, Truth, World } from "./core/subject.ts";
export type { AnyFault, Evidence, Fault, Injected, Link, Target } from "./core/fault.ts";
export type { Property } from "./core/property.ts";
export { holds, unknown, violated } from "./core/verdict.ts";
export type { Verdict as Judgement } from "./core/verdict.ts";
export type { Delivery, Operation, Plan } from "./core/plan.ts";
export { view } from "./core/view.ts";
export type { View } from "./core/view.ts";
