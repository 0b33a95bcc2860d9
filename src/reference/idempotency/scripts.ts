/**
 * The scripts, one a file beside this one, each a single step. Read once, when the module is loaded. A sibling script is one
 * more file and one more line here. None of them begins with `#!`: Redis 6.2 does not know it.
 */

import { loadScript, type Script } from "../redis.ts";

const script = (name: string): Script => loadScript(new URL(`./${name}.lua`, import.meta.url));

/** Takes the lease on a task. */
export const claimScript: Script = script("claim");
/** Makes it longer. */
export const renewScript: Script = script("renew");
/** Says that the task is done. */
export const completeScript: Script = script("complete");
/** Gives the task back. */
export const releaseScript: Script = script("release");

/** All of them. */
export const scripts: readonly Script[] = [claimScript, renewScript, completeScript, releaseScript];
