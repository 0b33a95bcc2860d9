/**
 * Live progress: a line that renews itself on a terminal, plain lines when piped and in CI, JSON lines for programs.
 */

import picocolors from "picocolors";
import type { SessionEvent } from "../engine/session.ts";
import { plain } from "../engine/summary.ts";

/** Shows what happens. `end` takes away the line that renews itself. */
export interface Live {
  tell(event: SessionEvent): void;
  say(line: string): void;
  end(): void;
}

/** Colours on a terminal only, or where they are asked for: what is piped, in CI too, is read by programs. */
export function colored(): boolean {
  const { env } = Deno;
  return !env.get("NO_COLOR") && (Deno.stdout.isTerminal() || Boolean(env.get("FORCE_COLOR")));
}

/** How often the line of a terminal is renewed, in ms. */
const renewMs = 100;

/** Picks the right way to show progress. */
export function live(options: { json: boolean; scenarios: number }): Live {
  if (options.json) return jsonLines();
  return Deno.stdout.isTerminal() ? terminal(options.scenarios) : plainLines();
}

function jsonLines(): Live {
  const write = (value: unknown) => console.log(JSON.stringify(value));
  return {
    tell(event) {
      if (event.type !== "ran") write(event);
    },
    say: (line) => console.error(line),
    end() {},
  };
}

function plainLines(): Live {
  return {
    tell(event) {
      if (event.type === "finished") console.log(finished(event));
    },
    say: (line) => console.log(line),
    end() {},
  };
}

function terminal(scenarios: number): Live {
  const running = new Map<string, { plans: number; places: number }>();
  const startedMs = performance.now();
  let done = 0;
  let shownMs = 0;
  const clear = () => write("\r\x1b[K");
  const renew = (force: boolean) => {
    if (!force && performance.now() - shownMs < renewMs) return;
    shownMs = performance.now();
    const seconds = Math.round((shownMs - startedMs) / 1000);
    const parts = [...running].map(([path, { plans, places }]) =>
      `${path} ${places > 0 ? `${plans}/${places}` : plans}`
    );
    const width = Deno.stdout.isTerminal() ? Deno.consoleSize().columns : 80;
    write(`\r\x1b[K${`${done}/${scenarios} scenarios, ${seconds} s: ${parts.join(" · ")}`.slice(0, width - 1)}`);
  };
  return {
    tell(event) {
      if (event.type === "started") running.set(event.path, { plans: 0, places: 0 });
      if (event.type === "ran") running.set(event.path, { plans: event.plans, places: event.places });
      if (event.type === "finished") {
        running.delete(event.result.path);
        done++;
        clear();
        console.log(finished(event));
      }
      renew(event.type !== "ran");
    },
    say(line) {
      clear();
      console.log(line);
    },
    end: clear,
  };
}

function finished({ result }: Extract<SessionEvent, { type: "finished" }>): string {
  const pc = picocolors.createColors(colored());
  const mark = result.asExpected
    ? pc.green("as expected")
    : result.verdict === "violated" || result.verdict === "holds"
    ? pc.red("NOT EXPECTED")
    : pc.yellow("UNKNOWN");
  const why = result.asExpected ? "" : `: ${plain(result.why)}`;
  return `${mark}  ${result.path} ${result.verdict} (${result.plans} plans, ${result.seconds.toFixed(1)} s)${why}`;
}

const encoder = new TextEncoder();

function write(text: string): void {
  Deno.stdout.writeSync(encoder.encode(text));
}
