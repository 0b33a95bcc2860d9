/**
 * A bad road for the tests beside it: a TCP relay that can swallow all bytes (a black hole), cut a connection at an exact
 * byte in one direction, lose the reply to COMMIT, or hold a request back and deliver it after its client has gone.
 */

import { Buffer } from "node:buffer";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Sees each chunk on its way; what it returns goes on. `undefined` swallows it, "cut" ends both sides. */
export type Gate = (chunk: Buffer, way: "up" | "down", connection: number) => Buffer | undefined | "cut";

/** A relay to one target. */
export class Relay implements AsyncDisposable {
  /** Set it at any time; the default lets everything pass. */
  gate: Gate = (chunk) => chunk;
  /** Whether new connections are accepted and closed at once. */
  acceptsThenCloses = false;
  /** How many connections were accepted. */
  accepted = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** The client's and the server's ends, by connection. */
  readonly pairs: { client: Socket; server: Socket }[] = [];

  private constructor(target: URL) {
    this.#server = createServer((client) => this.#join(client, target));
  }

  static async to(target: URL): Promise<{ relay: Relay; url: URL }> {
    const relay = new Relay(target);
    relay.#server.listen(0, "127.0.0.1");
    await once(relay.#server, "listening");
    const url = new URL(target);
    url.hostname = "127.0.0.1";
    url.port = String((relay.#server.address() as AddressInfo).port);
    return { relay, url };
  }

  #join(client: Socket, target: URL): void {
    const connection = this.accepted++;
    client.on("error", () => client.destroy());
    if (this.acceptsThenCloses) return void client.destroy();
    const server = connect({ host: target.hostname, port: Number(target.port) });
    this.pairs[connection] = { client, server };
    this.#carry(client, server, "up", connection);
    this.#carry(server, client, "down", connection);
  }

  #carry(from: Socket, to: Socket, way: "up" | "down", connection: number): void {
    this.#sockets.add(from);
    from.on("error", () => from.destroy());
    from.on("data", (chunk: Buffer) => {
      const passed = this.gate(chunk, way, connection);
      if (passed === "cut") return this.cut(connection);
      if (passed !== undefined && !to.destroyed) to.write(passed);
    });
    from.on("close", () => {
      this.#sockets.delete(from);
      // A black hole does not pass the end on either: the other side has to find out by itself.
      if (this.gate(Buffer.alloc(0), way, connection) !== undefined) to.end();
    });
  }

  /** Ends both sides of a connection. */
  cut(connection: number): void {
    this.pairs[connection]?.client.destroy();
    this.pairs[connection]?.server.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.resolve();
  }
}

/** Swallows everything, both ways. */
export const blackHole: Gate = () => undefined;

/** Whether a chunk that goes up holds the text, as in a Parse or Query message. */
export function says(chunk: Buffer, text: string): boolean {
  return chunk.toString("latin1").toLowerCase().includes(text);
}
