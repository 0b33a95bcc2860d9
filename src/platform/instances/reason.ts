/**
 * Says in one line why something went wrong, without saying a secret. What a subject throws or prints ends up in histories
 * and reports, and drivers like to put whole connection strings into their messages.
 */

import { Refused } from "../../core/outcome.ts";

const charactersMax = 300;

/** Credentials in URLs, and the values of `password=`, `"password": ` and their like, become `***`. */
export function masked(text: string, secrets: readonly string[] = []): string {
  let result = text
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']*@/gi, "$1***@")
    .replace(/((?:password|passwd|pwd|secret)["']?\s*[=:]\s*["']?)[^\s"'&,;}]+/gi, "$1***");
  for (const secret of secrets) result = result.replaceAll(secret, "***");
  return result;
}

/** The first line that says anything, masked and shortened. */
export function firstLine(text: string, secrets: readonly string[] = []): string {
  const line = text.split("\n").find((each) => each.trim() !== "")?.trim() ?? "";
  const safe = masked(printable(line.slice(0, 10 * charactersMax)), secrets);
  return safe.length <= charactersMax ? safe : `${safe.slice(0, charactersMax)}...`;
}

/** Terminals obey control characters; reports are read in terminals too. */
function printable(line: string): string {
  // deno-lint-ignore no-control-regex -- escape sequences and control characters are what is looked for
  return line.replace(/\u001b\[[0-9;]*[A-Za-z]/g, "").replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");
}

/** The passwords in these URLs, as they are and decoded; short ones are left out, for they would mask innocent text. */
export function secretsOf(urls: readonly string[]): readonly string[] {
  const passwords = urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).password);
  return [...new Set(passwords.flatMap((each) => [each, decoded(each)]))].filter((each) => each.length >= 4);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return text;
  }
}

/** Message and code of what was thrown, for an outcome: `the road ended (ECONNRESET)`. Not masked yet. */
export function reasonOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  const code = codeOf(thrown);
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}

/** The first `code` among an error and its causes, as drivers and systems set it: `ECONNRESET`, `23505`. */
export function codeOf(thrown: unknown): string | undefined {
  let error = thrown;
  for (let depth = 0; depth < 8 && error instanceof Error; depth++) {
    const code: unknown = Reflect.get(error, "code");
    if (typeof code === "string" && code !== "") return code;
    error = error.cause ?? (error instanceof AggregateError ? error.errors[0] : undefined);
  }
  return undefined;
}

/** What `fail` needs to know of a Refused, also of one that another copy of the class made; undefined for all else. */
export function refusalOf(thrown: unknown): { readonly final: boolean } | undefined {
  if (thrown instanceof Refused) return { final: thrown.final };
  if (!(thrown instanceof Error) || thrown.name !== "Refused") return undefined;
  return { final: Reflect.get(thrown, "final") === true };
}
