/**
 * What is read from a file against its JSON schema. The checker is loaded when the first file is read: a session that reads
 * none does not wait for it.
 */

import type { Schema, ValidateFunction } from "ajv";

const compiled = new Map<Schema, ValidateFunction>();
let published: Promise<Schema> | undefined;

/** The first difference between a value and a schema, such as `/deliveries/0 must be object`; undefined if there is none. */
export async function whatDiffers(schema: Schema, value: unknown): Promise<string | undefined> {
  const valid = compiled.get(schema) ?? await compile(schema);
  compiled.set(schema, valid);
  if (valid(value)) return undefined;
  const [first] = valid.errors ?? [];
  return `${first?.instancePath || "it"} ${first?.message ?? "is not as it should be"}`;
}

/** The published schema of results.json. */
export function resultsSchema(): Promise<Schema> {
  return published ??= Deno.readTextFile(new URL("../../docs/results.schema.json", import.meta.url)).then(JSON.parse);
}

async function compile(schema: Schema): Promise<ValidateFunction> {
  const { Ajv } = await import("ajv");
  // A test holds the schemas to be schemas; here it would only cost time.
  return new Ajv({ strict: false, validateSchema: false, code: { optimize: false } }).compile(schema);
}
