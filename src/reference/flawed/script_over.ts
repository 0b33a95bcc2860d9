/**
 * A twin's script over scripts of the good one: they are put above it as functions of the same names, which it calls with the
 * commands, keys and arguments that it likes. So it holds what it does differently and nothing else, whatever the good one
 * keeps in which key.
 */

import { createHash } from "node:crypto";
import { loadScript, type Script } from "../redis.ts";

/**
 * The script in a file of this folder, with each of the good ones as a local function `name(redis, KEYS, ARGV)`. Throws if there
 * is no such file, or if it does not begin with its name.
 */
export function scriptOver(file: string, ...good: readonly Script[]): Script {
  const own = loadScript(new URL(file, import.meta.url));
  const below = own.lua.indexOf("\n") + 1; // the name stays where the wire reads it
  const functions = good.map(({ name, lua }) => `local function ${name}(redis, KEYS, ARGV)\n${lua}\nend\n`).join("");
  const lua = own.lua.slice(0, below) + functions + own.lua.slice(below);
  return { name: own.name, lua, sha1: createHash("sha1").update(lua).digest("hex") };
}
