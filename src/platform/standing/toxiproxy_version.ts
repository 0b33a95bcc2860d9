/**
 * What a Toxiproxy says that it is.
 */
import { answerMsMax } from "./servers.ts";

/** Its version. Throws an Error if it does not answer, or what answers is no Toxiproxy. */
export async function versionOfToxiproxy(api: URL): Promise<string> {
  const response = await fetch(new URL("/version", api), { signal: AbortSignal.timeout(answerMsMax) });
  const text = await response.text();
  const version = /"version": *"([^"]*)"/.exec(text)?.[1];
  if (response.ok && version) return version;
  throw new Error("what answers there is no Toxiproxy");
}
