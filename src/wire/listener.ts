/**
 * The end of the road at which the instance knocks. Closed means refused: the kernel itself says no, as with a proxy that is disabled.
 */

import { createServer, type Server, type Socket } from "node:net";
import { freePort, returnPort } from "./free_port.ts";

const triesMax = 5;

/** Listens on 127.0.0.1, on and off. */
export class Listener {
  #port: number;
  readonly #movable: boolean;
  readonly #accepted: (socket: Socket) => void;
  #server: Server | undefined;

  /** `movable`: the port was picked by us, so another may be picked. */
  constructor(port: number, movable: boolean, accepted: (socket: Socket) => void) {
    this.#port = port;
    this.#movable = movable;
    this.#accepted = accepted;
  }

  get port(): number {
    return this.#port;
  }

  get isListening(): boolean {
    return this.#server !== undefined;
  }

  /** Listens from now on. If another program has taken the port meanwhile, goes elsewhere if it may, else rejects. */
  async listen({ elsewhere }: { elsewhere: boolean }): Promise<void> {
    if (this.#server) return;
    for (let tries = 1;; tries++) {
      try {
        this.#server = await listening(this.#port, this.#accepted);
        return;
      } catch (error) {
        const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
        if (!taken || !elsewhere || !this.#movable || tries >= triesMax) {
          throw new Error(`Cannot listen on port ${this.#port} of 127.0.0.1`, { cause: error });
        }
        const port = await freePort();
        returnPort(this.#port);
        this.#port = port;
      }
    }
  }

  /** Refuses from now on. The port is closed when this returns; the server's own callback would come 2 ms later. */
  close(): void {
    this.#server?.close();
    this.#server = undefined;
  }
}

function listening(port: number, accepted: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, accepted);
    // Later errors are failed accepts (no file handles left): the client sees its connection end, which is all that can be said.
    server.on("error", reject);
    server.listen({ port, host: "127.0.0.1", backlog: 511 }, () => resolve(server));
  });
}
