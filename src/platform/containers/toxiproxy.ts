/**
 * Toxiproxy in a container: on the network of this machine if that works, else with a range of published ports. It decides
 * where the servers live, for all of them have to be found by it.
 */
import { freePort, returnPort } from "../../wire/free_port.ts";
import { reasonOf, StackError } from "../native/stack_error.ts";
import { Gone, untilAnswers } from "../until_answers.ts";
import { images } from "./images.ts";
import { besides, onThisMachine, type Placement } from "./placement.ts";
import type { ContainerSession, Launched } from "./session.ts";

/** A Toxiproxy that answers. */
export interface ContainedToxiproxy {
  readonly url: URL;
  readonly version: string;
  readonly placement: Placement;
  readonly died: Promise<string>;
}

/** How it is started. */
export interface ToxiproxyStart {
  readonly session: ContainerSession;
  /** How many ports are published, if they have to be. */
  readonly portsMax: number;
  /** Does not try the network of this machine. */
  readonly publish: boolean;
  readonly signal: AbortSignal;
}

const triesMax = 5;
/** Where the network is not that of this machine, nobody will ever answer. */
const hostAnswersMsMax = 5_000;
const answersMsMax = 30_000;
const answerMsMax = 2_000;
const configFile = "/nevertwice/toxiproxy.json";
const apiPort = 8474;

/** Starts it. Throws StackError. */
export async function startToxiproxy(start: ToxiproxyStart): Promise<ContainedToxiproxy> {
  for (let tries = 1;; tries++) {
    try {
      return (start.publish ? undefined : await onHost(start)) ?? await published(start);
    } catch (error) {
      if (start.signal.aborted || error instanceof StackError) throw error;
      // Somebody may have taken a port since we looked; the engine says so in words of its own.
      if (
        tries < triesMax && (error instanceof Gone || /address already in use|port is already/.test(reasonOf(error)))
      ) continue;
      throw new StackError({
        what: "Cannot start Toxiproxy in a container",
        why: reasonOf(error),
        todo: "`deno task chaos doctor` tells what the engine has.",
        cause: error,
      });
    }
  }
}

/** Undefined if the engine's machine is not this one. */
async function onHost(start: ToxiproxyStart): Promise<ContainedToxiproxy | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const { session, signal } = start;
  const { GenericContainer } = session.library;
  const port = await freePort();
  const { mark, config } = marked();
  // Not its own class, which insists on published ports.
  const launched = await session.launch(
    new GenericContainer(images.toxiproxy).withNetworkMode("host")
      .withCommand(["-host", "127.0.0.1", "-port", `${port}`, "-config", configFile])
      .withEnvironment(environment).withCopyContentToContainer([config]),
  );
  const url = new URL(`http://127.0.0.1:${port}`);
  try {
    return await answering({
      session,
      launched,
      url,
      mark,
      placement: onThisMachine,
      signal,
      deadlineMs: hostAnswersMsMax,
    });
  } catch (error) {
    returnPort(port);
    if (error instanceof Gone || !(error instanceof Error) || signal.aborted) throw error;
    await session.engine.ask("DELETE", `/containers/${launched.container.getId()}?force=1&v=1`);
    return undefined;
  }
}

async function published(start: ToxiproxyStart): Promise<ContainedToxiproxy> {
  const { session, portsMax, signal } = start;
  const network = `nevertwice-${crypto.randomUUID()}`;
  await session.engine.ask("POST", "/networks/create", { body: { Name: network, Labels: session.labels } });
  const [api = 0, ...ports] = await Promise.all(Array.from({ length: portsMax + 1 }, freePort));
  const { mark, config } = marked();
  const { ToxiProxyContainer } = session.library;
  /** With ports of ours under their own numbers, and on loopback alone. */
  class OnLoopback extends ToxiProxyContainer {
    constructor() {
      super(images.toxiproxy);
      this.exposedPorts = [];
      const outside = new Map([[apiPort, api], ...ports.map((port) => [port, port] as const)]);
      this.withExposedPorts(...outside.keys());
      this.createOpts.ExposedPorts = Object.fromEntries([...outside.keys()].map((port) => [`${port}/tcp`, {}]));
      this.hostConfig.PortBindings = Object.fromEntries(
        [...outside].map(([inside, port]) => [`${inside}/tcp`, [{ HostIp: "127.0.0.1", HostPort: `${port}` }]]),
      );
    }
  }
  try {
    const launched = await session.launch(
      new OnLoopback().withNetworkMode(network).withEnvironment(environment)
        .withCommand(["-host", "0.0.0.0", "-config", configFile]).withCopyContentToContainer([config]),
    );
    const url = new URL(`http://127.0.0.1:${api}`);
    const placement = besides(launched.container.getId(), ports);
    return await answering({ session, launched, url, mark, placement, signal, deadlineMs: answersMsMax });
  } catch (error) {
    for (const port of [api, ...ports]) returnPort(port);
    throw error;
  }
}

/** It makes much garbage and keeps little. */
const environment = { LOG_LEVEL: "error", GOGC: "800" };

/** A disabled proxy with a name of ours tells our server from a stranger's that took the port in between. */
function marked() {
  const mark = `nevertwice-${crypto.randomUUID()}`;
  const content = JSON.stringify([{ name: mark, listen: "127.0.0.1:0", upstream: "127.0.0.1:1", enabled: false }]);
  return { mark, config: { content, target: configFile, mode: 0o644 } };
}

/** Waits until it answers, with our mark. Throws Gone if it ended, an Error if it does not answer. */
async function answering(
  at: {
    session: ContainerSession;
    launched: Launched;
    url: URL;
    mark: string;
    placement: Placement;
    signal: AbortSignal;
    deadlineMs: number;
  },
): Promise<ContainedToxiproxy> {
  const { session, launched, url, mark, placement, signal, deadlineMs } = at;
  const version = await untilAnswers(() => claim(url, mark), { deadlineMs, signal, gone: () => launched.life.end });
  const died = launched.life.ended.then(async (how) => {
    if (session.ended) return await new Promise<never>(() => {});
    return `Toxiproxy ended by itself with ${how}: ${await session.logTail(launched)}`;
  });
  return { url, version, placement, died };
}

/** Deletes the marked proxy, which only ours has. Gives the version. */
async function claim(url: URL, mark: string): Promise<string> {
  const signal = AbortSignal.timeout(answerMsMax);
  const version = await (await fetch(new URL("/version", url), { signal })).json() as { version: string };
  const response = await fetch(new URL(`/proxies/${mark}`, url), { method: "DELETE", signal });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`it answered ${response.status} when asked for our proxy`);
  return version.version;
}
