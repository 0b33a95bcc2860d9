/**
 * What came of each place at which a conversation was disturbed: one table for each scenario and conversation, its rows the
 * messages in the order of the road, its columns the disturbances. Complete: no place is left out, none is averaged away.
 */

import type { VNode } from "preact";
import type { Panel } from "../core/panel.ts";
import type { PlaceResult, ScenarioResult } from "../core/results.ts";
import { count, Table, type Tone } from "./words.tsx";

/** More columns than this are put together by leaving out the number of the byte. */
const columnsMax = 12;

const panel: Panel = {
  title: "Places: what came of each disturbed message",
  render({ results }) {
    const scenarios = results.scenarios.filter((scenario) => (scenario.places ?? []).length > 0);
    if (scenarios.length === 0) return null;
    const letters = lettersOf(scenarios.flatMap((scenario) => scenario.places ?? []));
    return (
      <>
        <ul class="letters">
          {[...letters].map(([came, letter]) => (
            <li>
              <Letter letter={letter} tone={toneOfCame(came)} /> {came}
            </li>
          ))}
          <li>
            <Letter letter="–" tone="quiet" /> not hit
          </li>
          <li>
            <span class="letter struck">✕</span> a property is violated there
          </li>
          <li class="quiet">empty: no such place was planned</li>
        </ul>
        {scenarios.map((scenario) => <Scenario scenario={scenario} letters={letters} />)}
      </>
    );
  },
};
export default panel;

function Scenario({ scenario, letters }: { scenario: ScenarioResult; letters: ReadonlyMap<string, string> }): VNode {
  const places = scenario.places ?? [];
  const hit = places.filter((place) => place.hit).length;
  const bad = places.filter((place) => place.violated.length > 0).length;
  const conversations = [...new Set(places.map((place) => place.conversation))];
  return (
    <details class="fold" open={scenario.kind === "claim"} data-scenario={`${scenario.path} ${scenario.title}`}>
      <summary>
        <code>{scenario.path}</code> <span class="quiet">{scenario.kind}</span>: {hit} of{" "}
        {count(places.length, "place")} hit
        {bad > 0 && `, violated at ${bad}`}
      </summary>
      <div class="side-by-side">
        {conversations.map((conversation) => (
          <Conversation
            name={conversation}
            places={places.filter((place) => place.conversation === conversation)}
            letters={letters}
          />
        ))}
      </div>
    </details>
  );
}

interface ConversationProps {
  readonly name: string;
  readonly places: readonly PlaceResult[];
  readonly letters: ReadonlyMap<string, string>;
}

function Conversation({ name, places, letters }: ConversationProps): VNode {
  const exact = [...new Set(places.map((place) => place.disturbance))];
  const columnOf = (place: PlaceResult) =>
    exact.length > columnsMax ? place.disturbance.replace(/\d+/, "n") : place.disturbance;
  const columns = [...new Set(places.map(columnOf))];
  const messages = [...new Set(places.map((place) => place.message))];
  return (
    <div>
      <h4>{name}</h4>
      <Table label={`Places of ${name}`}>
        <thead>
          <tr>
            <th scope="col">Message</th>
            {columns.map((column) => (
              <th scope="col" class="upright">
                <span>{column}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {messages.map((message) => {
            const row = places.filter((place) => place.message === message);
            const text = row.find((place) => place.text)?.text;
            return (
              <tr>
                <th scope="row" title={text}>{message}{text && <small class="statement">{text}</small>}</th>
                {columns.map((column) => (
                  <Cell places={row.filter((place) => columnOf(place) === column)} letters={letters} />
                ))}
              </tr>
            );
          })}
        </tbody>
      </Table>
    </div>
  );
}

function Cell({ places, letters }: { places: readonly PlaceResult[]; letters: ReadonlyMap<string, string> }): VNode {
  if (places.length === 0) return <td class="cell" />;
  const groups = Map.groupBy(places, (place) => place.hit ? place.came : "");
  const violated = [...new Set(places.flatMap((place) => place.violated))];
  const words = [...groups].map(([came, of]) => `${of.length > 1 ? `${of.length} × ` : ""}${came || "not hit"}`).join(
    "; ",
  );
  return (
    <td class="cell" title={`${words}${violated.length > 0 ? `; violated: ${violated.join(", ")}` : ""}`}>
      {[...groups].map(([came, of]) => (
        <>
          <Letter
            letter={came === "" ? "–" : letters.get(came) ?? "?"}
            tone={came === "" ? "quiet" : toneOfCame(came)}
          />
          {of.length > 1 && <small class="times">{of.length}</small>}
        </>
      ))}
      {violated.length > 0 && <span class="letter struck" aria-label={`violated: ${violated.join(", ")}`}>✕</span>}
    </td>
  );
}

function Letter({ letter, tone }: { letter: string; tone: Tone }): VNode {
  return <span class={`letter ${tone}`}>{letter}</span>;
}

/** A letter for each of the things that came of a place; the most frequent is `a`. */
function lettersOf(places: readonly PlaceResult[]): Map<string, string> {
  const groups = Map.groupBy(places.filter((place) => place.hit), (place) => place.came);
  const sorted = [...groups].sort((a, b) => b[1].length - a[1].length || a[0].localeCompare(b[0]));
  return new Map(sorted.map(([came], n) => [came, n < 26 ? String.fromCharCode(97 + n) : String(n + 1)]));
}

/** By the first words: what the sender was told at first. A verdict of the subject's own is an acknowledgement. */
function toneOfCame(came: string): Tone {
  if (/^(unknown|never)\b/.test(came)) return "info";
  return /^(certainly|refused|fail)/.test(came) ? "fail" : "ok";
}
