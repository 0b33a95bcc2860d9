/**
 * The process of an instance: speaks the line protocol on its standard input and output, whatever the subject prints.
 *
 * Starts a hundred times a session, so it imports little. It ends at once when its standard input does (the harness is
 * gone); a subject that spins cannot notice that, and the watchdog kills it. A sibling would be a host in another language:
 * docs/protocol.md.
 */

import { Console } from "node:console";
import process from "node:process";
import { setImmediate } from "node:timers";
import { hosting } from "./hosting.ts";
import { LineSplitter } from "./lines.ts";
import { standardLimits } from "./limits.ts";
import { protocolVersion, type ToInstance, writeLine } from "./messages.ts";

const readBytesMax = 65_536;
const encoder = new TextEncoder();
const protocolOut = takeStandardOutput();

const host = hosting({
  send: (message) => write(encoder.encode(writeLine(message))),
  timers: countTimers,
});

write(encoder.encode(writeLine({ type: "hello", version: protocolVersion, pid: Deno.pid })));
await serve();
Deno.exit(0);

/** Reads by itself: every message of a run comes through here, and a stream around it would compute more than the reading. */
async function serve(): Promise<void> {
  const lines = new LineSplitter(standardLimits.lineBytesMax);
  const buffer = new Uint8Array(readBytesMax);
  for (let bytes = await Deno.stdin.read(buffer); bytes !== null; bytes = await Deno.stdin.read(buffer)) {
    for (const line of lines.push(buffer.subarray(0, bytes))) host.receive(JSON.parse(line) as ToInstance);
  }
}

/** Keeps the real writer for the protocol and lets everything else print to standard error. */
function takeStandardOutput(): (bytes: Uint8Array) => number {
  const { stdout, stderr } = Deno;
  const writeSync = stdout.writeSync.bind(stdout);
  Object.defineProperty(Deno, "stdout", { value: stderr });
  Object.defineProperty(process, "stdout", { get: () => process.stderr });
  globalThis.console = new Console(process.stderr, process.stderr) as typeof globalThis.console;
  return writeSync;
}

/** Blocks until it is written, so that a note is out before the line of code after it can end the process. */
function write(bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(protocolOut(rest));
}

/**
 * Timers that are still set, after those that were due have had their turn. The first turn is there for errors too: what the
 * subject left unhandled ends this process before it could be used again.
 */
async function countTimers(): Promise<number> {
  await new Promise((resolve) => setImmediate(resolve));
  if (timersSet() > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  return timersSet();
}

function timersSet(): number {
  // Which version of Node's types is in sight depends on the packages; this one method is missing in older ones.
  const { getActiveResourcesInfo } = process as unknown as { getActiveResourcesInfo(): readonly string[] };
  return getActiveResourcesInfo.call(process).filter((resource) => resource === "Timeout").length;
}
