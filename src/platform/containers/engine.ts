/**
 * The container engine's API, as far as it is needed beside Testcontainers: to look whether an engine answers, to strike a
 * container, and to clear up without loading a library for it. Docker and whatever speaks as it does, on this machine.
 */
import { Agent, type IncomingMessage, request as httpRequest } from "node:http";
import { realPath } from "../native/folders.ts";
import { reasonOf } from "../native/stack_error.ts";

/** A question to the engine. */
export interface Question {
  readonly body?: unknown;
  /** 10 s unless told. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

/** The engine answered that it cannot; `status` is the HTTP one. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const deadlineMsDefault = 10_000;
const pingMsMax = 3_000;

/** An engine by its address: `unix:///var/run/docker.sock`, `tcp://127.0.0.1:2375`. */
export class Engine {
  readonly address: string;
  readonly #agent = new Agent({ keepAlive: false });

  constructor(address: string) {
    this.address = address;
  }

  /** The answer, parsed if it is JSON. Throws EngineError, or an Error if there is no answer in time. */
  async ask<T>(method: string, path: string, question: Question = {}): Promise<T> {
    const bytes = await this.read(method, path, question);
    const text = new TextDecoder().decode(bytes);
    return (/^[[{"]/.test(text) ? JSON.parse(text) : text) as T;
  }

  /** The answer as it comes. */
  async read(method: string, path: string, question: Question = {}): Promise<Uint8Array> {
    const tooLate = AbortSignal.timeout(question.deadlineMs ?? deadlineMsDefault);
    const signal = question.signal ? AbortSignal.any([question.signal, tooLate]) : tooLate;
    try {
      const response = await this.send(method, path, signal, question.body);
      const chunks: Uint8Array[] = [];
      for await (const chunk of response) chunks.push(chunk);
      const bytes = new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
      const status = response.statusCode ?? 0;
      if (status < 400) return bytes;
      throw new EngineError(status, messageOf(new TextDecoder().decode(bytes)));
    } catch (cause) {
      question.signal?.throwIfAborted();
      if (!tooLate.aborted) throw cause;
      throw new Error(`the engine did not answer ${method} ${path} in time`, { cause });
    }
  }

  /** The beginning of an answer that may go on for long. */
  send(method: string, path: string, signal: AbortSignal, body?: unknown): Promise<IncomingMessage> {
    const { protocol, hostname, port, pathname } = new URL(this.address);
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const asked = httpRequest({
        ...(protocol === "unix:" ? { socketPath: pathname } : { host: hostname, port }),
        method,
        path,
        agent: this.#agent,
        signal,
        headers: { host: "engine", ...(text && { "content-type": "application/json" }) },
      }, resolve);
      asked.on("error", reject);
      asked.end(text);
    });
  }
}

/** The first engine that answers; else why there is none, as the end of a sentence. */
export async function findEngine(): Promise<Engine | string> {
  const addresses = engineAddresses();
  if (addresses.length === 0) return "DOCKER_HOST is not set, and there is no socket of an engine in the usual places";
  const reasons: string[] = [];
  for (const address of addresses) {
    const refused = refusal(address);
    if (refused !== undefined) reasons.push(`${address}: ${refused}`);
    else {
      try {
        const engine = new Engine(address);
        await engine.ask("GET", "/_ping", { deadlineMs: pingMsMax });
        return engine;
      } catch (error) {
        reasons.push(`${address}: ${reasonOf(error)}`);
      }
    }
  }
  return reasons.join("; ");
}

/** Where an engine may be: what DOCKER_HOST says, and nowhere else; else the sockets that there are. */
function engineAddresses(): string[] {
  const told = Deno.env.get("DOCKER_HOST");
  if (told) return [told];
  const [home, runtime] = [Deno.env.get("HOME"), Deno.env.get("XDG_RUNTIME_DIR") ?? `/run/user/${Deno.uid()}`];
  const sockets = [
    "/var/run/docker.sock",
    `${runtime}/docker.sock`,
    `${home}/.docker/run/docker.sock`,
    `${home}/.docker/desktop/docker.sock`,
  ];
  return sockets.filter((path) => realPath(path) !== undefined).map((path) => `unix://${path}`);
}

/** Ports are published on the engine's machine, and nothing of ours may go anywhere but to loopback. */
function refusal(address: string): string | undefined {
  const { protocol, hostname } = URL.parse(address) ?? {};
  if (protocol === "unix:") return undefined;
  if (protocol !== "tcp:" && protocol !== "http:") return "only an engine behind a socket or a port can be asked";
  if (hostname === "127.0.0.1" || hostname === "localhost") return undefined;
  return "it is on another machine, and services have to be on loopback";
}

/** What the engine says of a failure is JSON with a message. */
function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
