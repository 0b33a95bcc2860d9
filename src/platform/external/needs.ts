/**
 * What the stack `external` needs, for the doctor: addresses in the environment, of servers that answer and may be used.
 */
import type { Service } from "../../core/place.ts";
import type { Need } from "../doctor.ts";
import { StackError } from "../native/stack_error.ts";
import { placeOf } from "../standing/servers.ts";
import { versionOfToxiproxy } from "../standing/toxiproxy_version.ts";
import { namedVariables, readAddresses, variables } from "./addresses.ts";
import { postgresRights, redisRights } from "./rights.ts";

const rights = { postgres: postgresRights, redis: redisRights };

/** Looks, if there is an address at all; it makes nothing. */
export async function externalNeeds(): Promise<Need[]> {
  const get = (name: string) => Deno.env.get(name);
  const first = { name: "external servers", wanted: "addresses of loopback", optional: true };
  if (namedVariables(get).length === 0) {
    const names = ["TOXIPROXY_URL", ...Object.values(variables).map(({ url }) => url)];
    const todo = [`For the stack external: set ${names.join(", ")}.`];
    return [{ ...first, missing: { why: "no address is in the environment", todo } }];
  }
  try {
    const { stores, toxiproxy } = readAddresses(get);
    const asked = Object.entries(stores).map(([service, { url }]) =>
      need(variables[service as Service].url, url, () => rights[service as Service](url))
    );
    return await Promise.all([...asked, need("TOXIPROXY_URL", toxiproxy, () => versionOfToxiproxy(toxiproxy))]);
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    return [{ ...first, missing: { why: error.why, todo: [error.todo] } }];
  }
}

async function need(name: string, url: URL, ask: () => Promise<string>): Promise<Need> {
  const need = { name, wanted: "answers, with all rights", optional: true };
  try {
    return { ...need, found: { path: placeOf(url), version: await ask(), where: "" } };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const todo = error instanceof StackError ? [error.todo] : [];
    return { ...need, missing: { why: error instanceof StackError ? error.why : error.message, todo } };
  }
}
