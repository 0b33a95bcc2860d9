/**
 * What the guard of a session runs once the harness is gone. The addresses come in the environment, where a list of processes
 * does not show their passwords.
 */
import { reasonOf } from "../native/stack_error.ts";
import { dropSession } from "./leftovers.ts";

const url = (name: string) => Deno.env.get(name) ? new URL(Deno.env.get(name)!) : undefined;
const [postgres, redis, toxiproxy] = ["POSTGRES_URL", "REDIS_URL", "TOXIPROXY_URL"].map(url);
const [session] = Deno.args;
if (!session || !toxiproxy) throw new Error("Cannot drop a session: its name and its servers are not given");
try {
  await dropSession({ postgres, redis, toxiproxy }, session);
  Deno.exit(0);
} catch (error) {
  console.log(reasonOf(error));
  Deno.exit(1);
}
