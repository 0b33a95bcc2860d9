/** dead_letters_kept, by drawn histories and by mutation. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Entry } from "../core/history.ts";
import { view } from "../core/view.ts";
import { drawn, told } from "../testing/drawn.ts";
import { madeDebouncer, madeDebouncerOptions } from "../testing/made_debouncer.ts";
import { deadLettersOf } from "./batches.ts";
import { deadLettersKept } from "./dead_letters_kept.ts";

const check = (picture: string) => deadLettersKept.check(drawn(picture).view);

Deno.test("dead_letters_kept holds where what was put aside lies there, was put back and handled, or was discarded", () => {
  const lies = `
    A  |-push(c1/m1)-ok|  !dead(b1 c1/m1)
                             *effect(dead/m1 of=c1/m1 letter=b1@1)
  `;
  assert.deepEqual(check(lies), { verdict: "holds", examined: 1 });
  const handled = `
    A  |-push(c1/m1)-ok|  !dead(b1 c1/m1)  |-review(c1/review)-ok(b1@1)|
                                                       *effect(c1/m1 in=b1)
  `;
  assert.deepEqual(check(handled), { verdict: "holds", examined: 1 });
  const discarded = `
    A  |-push(c1/m1 plant=poison)-ok|  !dead(b1 c1/m1)  |-review(c1/review)-info|
  `;
  assert.deepEqual(check(discarded), { verdict: "holds", examined: 1 });
});

Deno.test("dead_letters_kept knows a dead letter of which nobody heard, by what lies there", () => {
  const { view } = drawn(`
    A  |-push(c1/m1)-ok|
                             *effect(dead/m1 of=c1/m1 letter=b1@1)
  `);
  assert.deepEqual(deadLettersKept.check(view), { verdict: "holds", examined: 1 });
  assert.equal(deadLettersOf(view).get("c1/m1")!.type, "effect");
});

Deno.test("dead_letters_kept is violated by a dead letter that is nowhere, and shows who spoke of it", () => {
  const history = drawn(`
    A  |-push(c1/m1)-ok|  !dead(b1 c1/m1 c1/m2)
                             *effect(dead/m1 of=c1/m1 letter=b1@1)
    B      |-push(c1/m2)-ok|
  `);
  const verdict = deadLettersKept.check(history.view);
  assert.ok(verdict.verdict === "violated");
  assert.equal(
    verdict.because,
    "message c1/m2 was put among the dead letters, and is neither there nor handled nor discarded",
  );
  assert.deepEqual(told(history, verdict.evidence), ["dead"]);
});

Deno.test("dead_letters_kept excuses what may be discarded only where somebody may have done it, to such a message", () => {
  const died = (message: string, review: string) => `
    A  |-push(${message})-ok|  !dead(b1 c1/m1)  |-${review}
  `;
  assert.equal(check(died("c1/m1 plant=poison", "review(c1/review)-info|")).verdict, "holds");
  assert.equal(check(died("c1/m1", "review(c1/review)-info|")).verdict, "violated");
  assert.equal(check(died("c1/m1 plant=poison", "review(c1/review)-fail|")).verdict, "violated");
  assert.equal(check(died("c1/m1 plant=poison", "review(c2/review)-info|")).verdict, "violated");
  assert.equal(check(died("c1/m1 plant=poison", "turn(c1/turn)-ok|")).verdict, "violated");
});

Deno.test("dead_letters_kept is violated by a letter that is not listed, and by one that a review left behind", () => {
  const lies = (letter: string) => `
    A  |-push(c1/m1)-ok|  !dead(b1 c1/m1)  |-review(c1/review)-ok(b1@1)|
                             *effect(dead/m1 of=c1/m1 letter=${letter})
  `;
  const hidden = check(lies("b1@2 hidden")) as { because: string };
  assert.equal(hidden.because, "message c1/m1 lies among the dead letters, where nobody who asks for them sees it");
  const left = check(lies("b1@1")) as { because: string };
  assert.equal(left.because, "message c1/m1 lies among the dead letters, although d2.1 put it back or discarded it");
  assert.equal(check(lies("b1@2")).verdict, "holds", "put back, it has died again");
  const lost = `
    A  |-push(c1/m1)-ok|  !dead(b1 c1/m1)  |-review(c1/review)-info(b1@1)|
                             *effect(dead/m1 of=c1/m1 letter=b1@1)
  `;
  assert.equal(check(lost).verdict, "holds", "nobody was told that it is gone");
});

Deno.test("dead_letters_kept knows nothing without quiescence and heals, nor of what is queued again or never died", () => {
  const gone = (end: string) => `
    A  |-push(c1/m1)-ok|  !dead(b1 c1/m1)
    ${end}`;
  assert.equal(check(gone("")).verdict, "violated");
  assert.equal(check(gone("                    #unquiet")).verdict, "unknown");
  assert.equal(check(gone("   ~killed~~~~unhealed")).verdict, "unknown");
  assert.equal(check(gone("                    ?queued(c1)")).verdict, "unknown");
  assert.equal(check(`A  |-push(c1/m1)-ok|`).verdict, "unknown");
});

Deno.test("dead_letters_kept never accuses a correct history, and always one in which a dead letter is missing", () => {
  fc.assert(fc.property(madeDebouncerOptions, fc.nat(), (options, pick) => {
    const { plan, entries } = madeDebouncer(options);
    const messages = entries.flatMap((entry) =>
      entry.type === "note" && entry.kind === "dead" ? messagesOf(entry) : []
    );
    const lying = messages.map((message, order): Entry => {
      const data = { message, dead: `letter of ${message}`, listed: true };
      return {
        type: "effect",
        atMs: entries.at(-1)!.atMs,
        key: `${message} (dead letter)`,
        operation: "?",
        order,
        data,
      };
    });
    assert.notEqual(deadLettersKept.check(view(plan, [...entries, ...lying])).verdict, "violated");
    fc.pre(lying.length > 0);
    const without = lying.filter((_, i) => i !== pick % lying.length);
    assert.equal(deadLettersKept.check(view(plan, [...entries, ...without])).verdict, "violated");
  }));
});

function messagesOf({ data }: Extract<Entry, { type: "note" }>): readonly string[] {
  return (data as { readonly messages: readonly string[] }).messages;
}
