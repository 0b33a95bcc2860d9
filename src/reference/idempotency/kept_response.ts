/**
 * A response as it is kept, so that a repetition gets the same one: status, headers and body. What belongs to one connection
 * or one moment stays out. Cookies are kept: they are answered to the same client, and lie in Redis as long as the rest.
 */

import { Buffer } from "node:buffer";

/** A response as JSON. */
export interface KeptResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Base64. */
  readonly body: string;
}

/** RFC 9110, section 7.6.1, and what the server that answers adds by itself. */
const ofOneConnection = new Set(
  ("connection keep-alive proxy-connection proxy-authenticate te trailer transfer-encoding upgrade " +
    "content-length date").split(" "),
);

/** Reads a response to its end. */
export async function keep(response: Response): Promise<KeptResponse> {
  const headers = [...response.headers].filter(([name]) => !ofOneConnection.has(name));
  return { status: response.status, headers, body: Buffer.from(await response.arrayBuffer()).toString("base64") };
}

/** The response again; `replayed` marks a repetition by a header. */
export function responseOf({ status, headers, body }: KeptResponse, replayed: boolean): Response {
  const all = new Headers(headers.map(([name, value]): [string, string] => [name, value]));
  if (replayed) all.set("idempotent-replayed", "true");
  // 204, 205 and 304 may not even have an empty body.
  return new Response(body === "" ? null : Buffer.from(body, "base64"), { status, headers: all });
}
