/**
 * Whether an effect is one that happens, and happens with its batch, read from Postgres's own plan of the statement that commits both. A
 * SELECT that calls a function is planned away, for nobody reads what it gives; and what does not read the batch's messages happens again with
 * each repetition, also of a holder that is refused.
 *
 * A sibling would be the check of another statement that Postgres runs otherwise than it reads.
 */

/** A step of a plan, as `explain (format json)` tells it. */
interface Step {
  readonly "Node Type": string;
  readonly "Subplan Name"?: string;
  readonly "CTE Name"?: string;
  readonly Plans?: readonly Step[];
}

/** Throws a TypeError if the statement's part `effect` writes nothing, or does not read what is new. `explained` is the plan or its JSON. */
export function verifyEffect(explained: unknown): void {
  const parsed = typeof explained === "string" ? JSON.parse(explained) : explained;
  const root: Step | undefined = parsed?.[0]?.Plan;
  if (root === undefined) throw new TypeError("Cannot open the sink: its query does not give the rows of an explain");
  const effect = stepsOf(root).find((step) => step["Subplan Name"] === "CTE effect");
  if (effect?.["Node Type"] !== "ModifyTable") {
    throw new TypeError(
      "Cannot open the sink: its effect has to be an INSERT, UPDATE, DELETE or MERGE, or it would not happen",
    );
  }
  // The planner may put what `fresh` stands for in its place.
  const reads = stepsOf(effect).some((step) => ["fresh", "committed"].includes(step["CTE Name"] ?? ""));
  if (!reads) {
    throw new TypeError("Cannot open the sink: its effect has to read from fresh, or it would happen more than once");
  }
}

function stepsOf(step: Step): readonly Step[] {
  return [step, ...(step.Plans ?? []).flatMap(stepsOf)];
}
