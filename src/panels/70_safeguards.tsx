/**
 * The promises: which scenario proves each, and which twin lacks it and was caught for it. A promise with a proof and no
 * twin might be proved by a test that cannot fail; one with neither is not proved.
 */

import type { VNode } from "preact";
import type { Panel } from "../core/panel.ts";
import type { ScenarioResult } from "../core/results.ts";
import { anchorOf, Badge, fateOf, Table } from "./words.tsx";

const panel: Panel = {
  title: "Safeguards",
  render({ results }) {
    const promises = [...new Set(results.scenarios.flatMap((of) => [...(of.proves ?? []), ...(of.lacks ?? [])]))]
      .sort();
    if (promises.length === 0) return null;
    return (
      <Table label="Promises, what proves them, and the twins that lack them">
        <thead>
          <tr>
            <th scope="col">Promise</th>
            <th scope="col">In this session</th>
            <th scope="col">Proved by</th>
            <th scope="col">Twin that lacks it</th>
          </tr>
        </thead>
        <tbody>
          {promises.map((promise) => {
            const proofs = results.scenarios.filter((scenario) => scenario.proves?.includes(promise));
            const twins = results.scenarios.filter((scenario) => scenario.lacks?.includes(promise));
            return (
              <tr>
                <th scope="row">
                  <code>{promise}</code>
                </th>
                <td>
                  <Badge word={standingOf(proofs, twins)} />
                </td>
                <td>
                  <Scenarios all={proofs} word={(scenario) => scenario.verdict} none="no scenario" />
                </td>
                <td>
                  <Scenarios all={twins} word={fateOf} none="no twin" />
                </td>
              </tr>
            );
          })}
        </tbody>
      </Table>
    );
  },
};
export default panel;

/** Proved: every scenario for it holds, and no twin that lacks it got through. */
function standingOf(proofs: readonly ScenarioResult[], twins: readonly ScenarioResult[]): string {
  if (proofs.some((scenario) => scenario.verdict === "violated")) return "violated";
  const held = proofs.length > 0 && proofs.every((scenario) => scenario.verdict === "holds");
  return held && twins.every((twin) => twin.asExpected && twin.verdict !== "skipped") ? "proved" : "not proved";
}

interface ScenariosProps {
  readonly all: readonly ScenarioResult[];
  readonly word: (scenario: ScenarioResult) => string;
  readonly none: string;
}

function Scenarios({ all, word, none }: ScenariosProps): VNode {
  if (all.length === 0) return <span class="quiet">{none}</span>;
  return (
    <ul class="plain">
      {all.map((scenario) => (
        <li>
          <Badge word={word(scenario)} />{" "}
          <a href={`#${anchorOf(scenario.path)}`}>
            <code>{scenario.path}</code>
          </a>
        </li>
      ))}
    </ul>
  );
}
