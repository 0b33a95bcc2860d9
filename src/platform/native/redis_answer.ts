/**
 * The health question to a Redis: who it is, and whether it answers commands or is still loading what it knew.
 *
 * Asked over a bare connection: a driver would bring questions of its own, and would come again by itself. The last question
 * makes the server close, so that the answers need not be taken apart to know where they end.
 */

/** What a server said of itself. */
export interface RedisAnswer {
  readonly product: "Redis" | "Valkey";
  /** "7.0.15"; Valkey's own, and not that of the Redis which it stands for. */
  readonly version: string;
  readonly pid: number;
  /** It accepts connections, and answers commands with LOADING. */
  readonly loading: boolean;
}

const BYTES_MAX = 100_000;

/** Connects, asks, disconnects. Throws what the connection threw, or an Error with what is wrong with the answer. */
export async function askRedis(url: URL, deadlineMs: number): Promise<RedisAnswer> {
  const login = url.password === "" ? [] : [["AUTH", decodeURIComponent(url.password)]];
  const questions = [...login, ["INFO", "server"], ["PING"], ["QUIT"]].map(encode).join("");
  return read(await exchange({ hostname: url.hostname, port: Number(url.port) }, questions, deadlineMs));
}

/** One command as the protocol has it: an array of strings, each with its length in bytes. */
function encode(words: readonly string[]): string {
  const parts = words.map((word) => `$${new TextEncoder().encode(word).length}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join("")}`;
}

/** Sends the text and gives back all that comes until the other side closes. */
async function exchange(to: Deno.ConnectOptions, text: string, deadlineMs: number): Promise<string> {
  using connection = await Deno.connect({ ...to, signal: AbortSignal.timeout(deadlineMs) });
  // A server that is frozen accepts, and then says nothing.
  const timer = setTimeout(() => connection.close(), deadlineMs);
  const decoder = new TextDecoder();
  let answer = "";
  try {
    await connection.write(new TextEncoder().encode(text));
    for (const chunk = new Uint8Array(16_384); answer.length < BYTES_MAX;) {
      const count = await connection.read(chunk);
      if (count === null) return answer;
      answer += decoder.decode(chunk.subarray(0, count), { stream: true });
    }
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new Error(`it did not answer to the end: ${cause.message}`, { cause });
  } finally {
    clearTimeout(timer);
  }
  throw new Error(`it answered with more than ${BYTES_MAX} bytes`);
}

function read(answer: string): RedisAnswer {
  const field = (name: string) => new RegExp(`^${name}:(\\S+)`, "m").exec(answer)?.[1];
  const valkey = field("valkey_version");
  const version = valkey ?? field("redis_version");
  const pid = Number(field("process_id"));
  const loading = /^-LOADING/m.test(answer);
  const refused = /^-(?!LOADING).*/m.exec(answer)?.[0];
  if (refused !== undefined) throw new Error(`it answered ${refused}`);
  if (version === undefined || !pid || !(loading || /^\+PONG/m.test(answer))) {
    throw new Error(`it did not answer as a Redis does: ${JSON.stringify(answer.slice(0, 100))}`);
  }
  return { product: valkey === undefined ? "Redis" : "Valkey", version, pid, loading };
}
