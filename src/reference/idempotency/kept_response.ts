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

/**
 * Reads a response to its end. Gives a RangeError for one that is longer. Rejects with the signal's reason when it aborts, with what its
 * stream failed of, and with a TypeError for what is no response; nobody reads on then.
 */
export async function keep(
  response: Response,
  { bytesMax, signal }: { readonly bytesMax: number; readonly signal: AbortSignal },
): Promise<KeptResponse | RangeError> {
  const { status, headers } = response;
  if (status < 200) throw new TypeError(`Cannot answer a request: its handler gave a response of status ${status}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  const leave = () => void reader?.cancel(signal.reason).catch(() => {}); // what its source says to that is nobody's
  signal.addEventListener("abort", leave);
  try {
    for (let read = await reader?.read(); read?.done === false; read = await reader!.read()) {
      signal.throwIfAborted();
      chunks.push(read.value);
      bytes += read.value.byteLength;
      if (bytes <= bytesMax) continue;
      leave();
      return new RangeError(`Cannot keep a response of more than ${bytesMax} bytes: see responseBytesMax`);
    }
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener("abort", leave);
  }
  const kept = [...headers].filter(([name]) => !ofOneConnection.has(name));
  return { status, headers: kept, body: Buffer.concat(chunks).toString("base64") };
}

/** The response again; `replayed` marks a repetition by a header. */
export function responseOf({ status, headers, body }: KeptResponse, replayed: boolean): Response {
  const all = new Headers(headers.map(([name, value]): [string, string] => [name, value]));
  if (replayed) all.set("idempotent-replayed", "true");
  // 204, 205 and 304 may not even have an empty body.
  return new Response(body === "" ? null : Buffer.from(body, "base64"), { status, headers: all });
}
