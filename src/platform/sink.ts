/**
 * The sink: somebody else whom instances call, and who counts. Foreign effects go here over a road of their own, which no
 * fault touches, and are recorded before they are answered, so that a subject which dies on the answer is counted too.
 *
 * One server serves the whole session; each run has an address of its own. A sibling would be a sink that speaks another
 * protocol.
 */

import type { SinkPolicy } from "../core/subject.ts";

/** A foreign effect as it arrived, and what it was answered. */
export interface SinkRecord {
  readonly instance: number;
  readonly operation: string;
  readonly key?: string;
  /** Digits. */
  readonly token?: string;
  readonly answer: "accepted" | "duplicate" | "refused";
  readonly data?: unknown;
}

/** How the sink serves one run. */
export interface SinkRun {
  readonly policy: SinkPolicy;
  /** Called before the answer is sent. */
  record(entry: SinkRecord): void;
}

/** The server of a session. */
export interface Sink extends AsyncDisposable {
  /** Opens an address for a run; effects that come after `close` are answered 410 and recorded nowhere. */
  run(namespacePrefix: string, run: SinkRun): { readonly url: string; close(): void };
}

/** An effect as a subject sent it, checked. */
type Effect = Omit<SinkRecord, "answer">;

/** Largest body that is read. */
const bodyBytesMax = 1024 * 1024;
const closedWithinMs = 2_000;

/** Opens the sink on a free port of 127.0.0.1. */
export function openSink(): Promise<Sink> {
  const runs = new Map<string, (effect: Effect) => SinkRecord["answer"]>();
  const abort = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: abort.signal, onListen: () => undefined },
    (request) => serve(request, runs),
  );
  let opened = 0;
  return Promise.resolve({
    run(namespacePrefix, run) {
      const path = `/${++opened}/${encodeURIComponent(namespacePrefix)}`;
      const judge = judgeOf(run.policy);
      runs.set(path, (effect) => {
        const answer = judge(effect);
        run.record({ ...effect, answer });
        return answer;
      });
      return { url: `http://127.0.0.1:${server.addr.port}${path}`, close: () => void runs.delete(path) };
    },
    async [Symbol.asyncDispose]() {
      const timer = setTimeout(() => abort.abort(), closedWithinMs);
      await server.shutdown();
      clearTimeout(timer);
    },
  });
}

async function serve(
  request: Request,
  runs: ReadonlyMap<string, (effect: Effect) => SinkRecord["answer"]>,
): Promise<Response> {
  if (request.method !== "POST") return answer(405, "effects are posted");
  const body = await boundedText(request);
  if (body === undefined) return answer(413, `an effect has at most ${bodyBytesMax} bytes`);
  const effect = readEffect(body);
  if (typeof effect === "string") return answer(400, effect);
  const take = runs.get(new URL(request.url).pathname);
  return take === undefined ? answer(410, "the run of this effect is over") : answer(200, take(effect));
}

function answer(status: number, text: string): Response {
  return new Response(text, { status });
}

async function boundedText(request: Request): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** The effect, or what is wrong with it. */
function readEffect(body: string): Effect | string {
  let fields: unknown;
  try {
    fields = JSON.parse(body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return "an effect is JSON";
  }
  if (typeof fields !== "object" || fields === null) return "an effect is an object";
  const { instance, operation, key, token, data } = fields as Record<string, unknown>;
  if (!Number.isSafeInteger(instance)) return "instance is a whole number";
  if (typeof operation !== "string") return "operation is a text";
  if (key !== undefined && typeof key !== "string") return "key is a text";
  if (token !== undefined && (typeof token !== "string" || !/^\d{1,40}$/.test(token))) {
    return "token is a text of digits";
  }
  return {
    instance: instance as number,
    operation,
    ...(key === undefined ? {} : { key }),
    ...(token === undefined ? {} : { token }),
    ...(data === undefined ? {} : { data }),
  };
}

/**
 * What a policy answers. Deduplicating, an effect without a key cannot be told from another and is accepted. Fencing, a
 * token below one that was accepted for the key is refused, and so is an effect without a token; an equal one is accepted, for
 * the same holder may act twice, and it counts as two. Effects without a key are fenced together.
 */
function judgeOf(policy: SinkPolicy): (effect: Effect) => SinkRecord["answer"] {
  if (policy === "accept") return () => "accepted";
  if (policy === "deduplicate") {
    const seen = new Set<string>();
    return ({ key }) => {
      if (key === undefined) return "accepted";
      if (seen.has(key)) return "duplicate";
      seen.add(key);
      return "accepted";
    };
  }
  const newest = new Map<string | undefined, bigint>();
  return ({ key, token }) => {
    if (token === undefined || BigInt(token) < (newest.get(key) ?? 0n)) return "refused";
    newest.set(key, BigInt(token));
    return "accepted";
  };
}
