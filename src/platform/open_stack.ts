/**
 * Which stack a session takes: the one that was asked for, else what is nearest at hand. It says which, and why.
 */
import { useCompose } from "./compose/stack.ts";
import { type Engine, findEngine } from "./containers/engine.ts";
import { startContainers } from "./containers/stack.ts";
import { namedVariables } from "./external/addresses.ts";
import { useExternal } from "./external/stack.ts";
import { StackError } from "./native/stack_error.ts";
import { notAtHand } from "./native_at_hand.ts";
import { openNative } from "./native_stack.ts";
import type { Stack, StackChoice, StackName, StackOptions } from "./stack.ts";

const stacks: Readonly<Record<StackName, (options: StackOptions) => Promise<Stack>>> = {
  native: openNative,
  containers: startContainers,
  compose: useCompose,
  external: useExternal,
};

/** Opens it. Throws StackError with what to do if it cannot be had, and leaves nothing. */
export async function openStack(choice: StackChoice, options: StackOptions): Promise<Stack> {
  return choice === "auto" ? await nearest(options) : await stacks[choice](options);
}

/** Addresses that are given, programs that are here, an engine that has or gets the images, programs that are fetched. */
async function nearest(options: StackOptions): Promise<Stack> {
  const named = namedVariables((name) => Deno.env.get(name));
  if (named.includes("TOXIPROXY_URL") && named.length > 1) {
    return await taken("external", `${named.join(" and ")} are set`, options);
  }
  // Many have an address of a store in their environment that is meant for something else.
  if (named.length > 0) {
    options.say(`${named.join(" and ")} alone ${named.length > 1 ? "do" : "does"} not make a stack: not used`);
  }
  const absent = await notAtHand(options.services);
  if (absent === undefined) return await taken("native", "the programs are on this machine", options);
  const engine = await findEngine();
  if (typeof engine === "string") return await taken("native", `${absent}, and no engine answers`, options);
  return await containersOrNative(engine, absent, options);
}

async function containersOrNative(engine: Engine, absent: string, options: StackOptions): Promise<Stack> {
  const why = `${absent}, and an engine answers`;
  options.say(sentence("containers", why));
  try {
    return because(why, await startContainers({ ...options, engine }));
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof StackError)) throw error;
    return await taken("native", `containers cannot be had: ${error.message}`, options);
  }
}

async function taken(name: StackName, why: string, options: StackOptions): Promise<Stack> {
  options.say(sentence(name, why));
  return because(why, await stacks[name](options));
}

function sentence(name: StackName, why: string): string {
  return `the stack is ${name}: ${why}`;
}

/** The report has both: why it was taken, and what it is made of. */
function because(why: string, stack: Stack): Stack {
  return { ...stack, why: `${why}; ${stack.why}` };
}
