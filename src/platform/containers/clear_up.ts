/**
 * What the guard of a session runs once the harness is gone: `clear_up.ts ADDRESS SESSION`. It needs no package, so that
 * nothing has to be fetched then.
 */
import { Engine } from "./engine.ts";
import { removeSession } from "./removal.ts";

const [address, session] = Deno.args;
if (!address || !session) throw new Error("Cannot clear up: no address and session are given");
try {
  await removeSession(new Engine(address), session);
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
