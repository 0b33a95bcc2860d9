/**
 * What the stack `compose` needs, for the doctor: services that stand, or a command that brings them up.
 */
import type { Need } from "../doctor.ts";
import { composeFile } from "./addresses.ts";
import { findCompose } from "./command.ts";
import { look } from "./look.ts";

/** Looks; it brings nothing up. */
export async function composeNeeds(): Promise<Need[]> {
  const [command, seen] = await Promise.all([findCompose(), look()]);
  const first = { name: "compose", wanted: "1.29 or 2", optional: true };
  const second = { name: "compose services", wanted: "standing, or none", optional: true };
  const standing = Object.entries(seen.versions).map(([service, version]) => `${service} ${version}`).join(", ");
  const silent = Object.entries(seen.silent).map(([service, why]) => `${service}: ${why}`).join(", ");
  return [
    typeof command === "string"
      ? {
        ...first,
        missing: { why: command, todo: ["For the stack compose: install Docker with its plug-in compose."] },
      }
      : { ...first, found: { path: command.words.join(" "), version: command.version, where: "" } },
    standing === "" || silent === ""
      ? { ...second, found: { path: standing || "none: a session brings them up", version: "", where: composeFile } }
      : {
        ...second,
        missing: { why: silent, todo: ["Bring all of them up (docker compose up -d), or take all down."] },
      },
  ];
}
