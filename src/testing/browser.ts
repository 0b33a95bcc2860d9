/**
 * A headless Chromium for tests that have to see a report: finds one on PATH, opens a file, and asks the page questions by
 * the DevTools protocol. Started with a profile of its own, which is removed with it.
 */

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
  "--remote-debugging-port=0",
];

/** The program's path, or undefined: then the tests that need it are ignored by name. */
export function chromium(): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error) return false;
      throw error;
    }
  });
}

/** A page that was opened. */
export interface Page extends AsyncDisposable {
  /** The value of a JavaScript expression; promises are awaited. */
  evaluate(expression: string): Promise<unknown>;
  /** Any other command of the DevTools protocol. */
  send(method: string, params?: Record<string, unknown>): Promise<Record<string, unknown>>;
}

/** Opens a file of this machine; rejects if nothing answers within `withinMs`. */
export async function openPage(program: string, file: string, withinMs = 30_000): Promise<Page> {
  const profile = await Deno.makeTempDir({ prefix: "nevertwice-browser-" });
  const args = [...flags, `--user-data-dir=${profile}`, "about:blank"];
  const child = new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "piped" }).spawn();
  const stop = async () => {
    child.kill("SIGTERM");
    await child.status;
    await remove(profile);
  };
  try {
    const signal = AbortSignal.timeout(withinMs);
    const [port, drained] = await portOf(child.stderr, signal);
    const targets: { type: string; webSocketDebuggerUrl: string }[] =
      await (await fetch(`http://127.0.0.1:${port}/json/list`, { signal })).json();
    const socket = new WebSocket(targets.find((target) => target.type === "page")!.webSocketDebuggerUrl);
    const send = await speak(socket, signal);
    await send("Page.enable");
    await send("Page.navigate", { url: `file://${file}` });
    return {
      send,
      async evaluate(expression) {
        const { result, exceptionDetails } = await send("Runtime.evaluate", {
          expression,
          awaitPromise: true,
          returnByValue: true,
        });
        if (exceptionDetails) throw new Error(`The page threw: ${JSON.stringify(exceptionDetails)}`);
        return (result as { value?: unknown }).value;
      },
      async [Symbol.asyncDispose]() {
        socket.close();
        await stop();
        await drained;
      },
    };
  } catch (error) {
    await stop();
    throw new Error(`Cannot open "${file}" in a browser`, { cause: error });
  }
}

/** The port that the browser names on its standard error, which is then read to its end and dropped. */
async function portOf(stderr: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<[number, Promise<void>]> {
  const reader = stderr.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  let said = "";
  while (!signal.aborted && said.length < 100_000) {
    const { value, done } = await reader.read();
    if (done) break;
    said += value;
    const port = /ws:\/\/127\.0\.0\.1:(\d+)\//.exec(said)?.[1];
    if (port) return [Number(port), drain(reader)];
  }
  throw new Error(`It named no port: ${said.slice(-400)}`);
}

async function drain(reader: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await reader.read()).done);
}

/** Requests over a socket, each with its own answer. */
async function speak(socket: WebSocket, signal: AbortSignal): Promise<Page["send"]> {
  const waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  const opened = Promise.withResolvers<void>();
  socket.onopen = () => opened.resolve();
  socket.onerror = () => opened.reject(new Error("The browser's socket failed"));
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    if (error) waiting.get(id)?.reject(new Error(`The browser refused: ${JSON.stringify(error)}`));
    else waiting.get(id)?.resolve(result);
    waiting.delete(id);
  };
  signal.addEventListener("abort", () => {
    opened.reject(signal.reason);
    for (const answer of waiting.values()) answer.reject(signal.reason);
  });
  await opened.promise;
  let last = 0;
  return (method, params = {}) => {
    const answer = Promise.withResolvers<Record<string, unknown>>();
    waiting.set(++last, answer);
    socket.send(JSON.stringify({ id: last, method, params }));
    return answer.promise;
  };
}

/** The browser's helper processes end a little after it and may still write: a removal may meet a new file until they have. */
async function remove(profile: string): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return await Deno.remove(profile, { recursive: true });
    } catch (cause) {
      if (tries === 100) throw cause;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
