/** A sleep that can be ended early, also before it has begun: what rings meanwhile is not missed. */
export class Alarm {
  #rung = false;
  #wake = () => {};

  /** Sleeps for so many ms, or until it rings; not at all if it rang since the last sleep. */
  async sleep(ms: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#rung = false;
  }

  /** Ends the sleep, or the next one. */
  ring(): void {
    this.#rung = true;
    this.#wake();
  }
}
