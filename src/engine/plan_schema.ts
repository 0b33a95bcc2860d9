/**
 * The JSON schema of plan.json, format version 1: what has to be there before a stored plan may be executed, judged or drawn.
 * What is the subject's own (operations) or the fault's own (severities) is free.
 */

const text = { type: "string" } as const;
const integer = { type: "integer" } as const;
const time = { type: "number", minimum: 0, maximum: 86_400_000 } as const;
const instance = { type: "integer", minimum: 0, maximum: 63 } as const;

function object(properties: Record<string, unknown>, ...optional: string[]) {
  return { type: "object", properties, required: Object.keys(properties).filter((name) => !optional.includes(name)) };
}

function list(items: unknown) {
  return { type: "array", items };
}

const place = object({
  service: { enum: ["postgres", "redis"] },
  connection: integer,
  direction: { enum: ["up", "down"] },
  message: text,
  nth: integer,
});
const operation = object({ key: text });

/** The schema. */
export const planSchema = object({
  formatVersion: { const: 1 },
  scenario: text,
  identity: text,
  seed: integer,
  instances: { type: "integer", minimum: 1, maximum: 64 },
  warmUp: list(list(operation)),
  clocksMs: list({ type: "number", minimum: -86_400_000_000, maximum: 86_400_000_000 }),
  deliveries: list(object({
    id: text,
    op: operation,
    starts: { anyOf: [object({ atMs: time }), object({ afterAckOf: text, afterMs: time })] },
    route: list(instance),
    resendAfterMs: list(time),
  })),
  faults: list(object({
    id: text,
    fault: text,
    service: { enum: ["postgres", "redis"] },
    instance: { anyOf: [instance, { const: "all" }] },
    severity: {},
    strikes: {
      anyOf: [object({ atMs: time, forMs: time }), object({ place, instance, operation: text, forMs: time })],
    },
  }, "severity")),
  cuts: list(object({
    id: text,
    instance,
    operation: text,
    place: {
      allOf: [place, object({ byte: { anyOf: [{ type: "integer", minimum: 0 }, { enum: ["middle", "end"] }] } })],
    },
  })),
  holds: list({
    anyOf: [
      object({ id: text, kind: { const: "stall" }, instance, operation: text, place, forMs: time }),
      object({ id: text, kind: { const: "barrier" }, operations: { type: "object" }, place, atMostMs: time }),
    ],
  }),
  choices: list(integer),
}, "clocksMs");
