/**
 * Kills what the harness leaves behind when it cannot do so itself (kill -9). A process that spins does not see that its
 * standard input has ended, so somebody else has to look: one `sh` for the whole session, which is told the process groups
 * that there are, and kills those that are left when the pipe from the harness ends.
 */

const script = `
trap '' INT TERM HUP
left=''
while read -r what group; do
  case $what in
    hold) left="$left $group"; echo held ;;
    free)
      kept=''
      for each in $left; do [ "$each" = "$group" ] || kept="$kept $each"; done
      left=$kept ;;
  esac
done
for each in $left; do kill -9 "-$each" 2>/dev/null; done
`;

const answersWithinMs = 10_000;

/** One watching process, in a session of its own so that a Ctrl-C at the terminal does not reach it. */
export class Watchdog implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<Uint8Array>;
  #queue: Promise<void> = Promise.resolve();

  constructor() {
    this.#child = new Deno.Command("sh", {
      args: ["-c", script],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      detached: true,
    }).spawn();
    this.#orders = this.#child.stdin.getWriter();
    this.#answers = this.#child.stdout.getReader();
  }

  /** Resolves when the group will not outlive the harness any more. Rejects if the watchdog itself is gone. */
  hold(group: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.#orders.write(new TextEncoder().encode(`hold ${group}\n`));
      const { done } = await this.#answers.read();
      if (done) throw new LostWatchdog("Cannot guard the processes of instances: the watchdog has ended");
    });
  }

  /** The group has ended, or is the caller's own affair again. */
  free(group: number): Promise<void> {
    return this.#inTurn(() => this.#orders.write(new TextEncoder().encode(`free ${group}\n`)));
  }

  /** Kills what is still held, as the end of the harness would. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inTurn(() => this.#orders.close()).catch(expectLostWatchdog);
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), answersWithinMs);
    await this.#child.status;
    clearTimeout(timer);
    await this.#answers.cancel();
  }

  /** One order after the other, also after one that failed: that failure is its caller's. */
  #inTurn(order: () => Promise<void>): Promise<void> {
    const turn = this.#queue.then(order);
    this.#queue = turn.catch(() => undefined); // its caller has it
    return turn;
  }
}

/** What a call comes to when somebody has killed the watchdog; anything else goes up. */
export function expectLostWatchdog(error: unknown): void {
  const expected = [LostWatchdog, TypeError, Deno.errors.BrokenPipe];
  if (!expected.some((each) => error instanceof each)) throw error;
}

class LostWatchdog extends Error {
  override readonly name = "LostWatchdog";
}
