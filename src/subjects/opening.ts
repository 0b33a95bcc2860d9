/**
 * What an instance opens before it can work, opened at its first use, so that opening is disturbed too.
 */

import { Refused } from "../core/outcome.ts";
import { StoreUnavailable } from "../reference/errors.ts";

/** Opens at the first use; what failed is not remembered, and nothing happened to the event meanwhile. */
export class Opening<Opened extends AsyncDisposable> {
  readonly #open: () => Promise<Opened>;
  #opening: Promise<Opened> | undefined;

  /** `open` may be called several times: once after each failure. */
  constructor(open: () => Promise<Opened>) {
    this.#open = open;
  }

  /** What is open. Throws Refused if it could not be opened because its store was not there. */
  async opened(): Promise<Opened> {
    this.#opening ??= this.#open();
    try {
      return await this.#opening;
    } catch (cause) {
      this.#opening = undefined;
      if (cause instanceof StoreUnavailable) throw new Refused(cause.message, { cause });
      throw cause;
    }
  }

  /** Closes it, if it is open. */
  async close(): Promise<void> {
    const opened = await this.#opening?.catch(() => undefined); // what did not open has nothing to close
    await opened?.[Symbol.asyncDispose]();
  }
}
