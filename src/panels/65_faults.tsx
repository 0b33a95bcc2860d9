/**
 * Which faults each scenario met: planned, confirmed by evidence, and confirmed while an operation was under way. A fault
 * that never struck proves nothing, and says so here.
 */

import type { VNode } from "preact";
import type { Panel } from "../core/panel.ts";
import type { FaultResult } from "../core/results.ts";
import { Table } from "./words.tsx";

const panel: Panel = {
  title: "Faults: did they really happen?",
  render({ results }) {
    const scenarios = results.scenarios.filter((scenario) => (scenario.faults ?? []).length > 0);
    if (scenarios.length === 0) return null;
    const stories = new Map(
      scenarios.flatMap((scenario) => (scenario.faults ?? []).map(({ name, story }) => [name, story])),
    );
    return (
      <>
        <Table label="Faults that each scenario met">
          <thead>
            <tr>
              <th scope="col">Scenario</th>
              {[...stories].map(([name, story]) => (
                <th scope="col">
                  {name.replaceAll("_", " ")}
                  <small>{story}</small>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {scenarios.map((scenario) => (
              <tr data-scenario={`${scenario.path} ${scenario.title}`}>
                <th scope="row">
                  <code>{scenario.path}</code>
                </th>
                {[...stories.keys()].map((name) => (
                  <Cell fault={scenario.faults?.find((fault) => fault.name === name)} />
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
        <p class="legend">
          Planned → confirmed → confirmed in a valid run while an operation was under way. Empty: the scenario does not
          list this fault. Every fault that a sampled scenario lists needs five of the last, or its verdict is unknown.
        </p>
      </>
    );
  },
};
export default panel;

function Cell({ fault }: { fault: FaultResult | undefined }): VNode {
  if (!fault) return <td class="cell" />;
  const weak = fault.overlapping === 0;
  return (
    <td class={`cell number ${weak ? "info" : "calm"}`}>
      {fault.planned} → {fault.confirmed} → <b>{fault.overlapping}</b>
      {weak && <small>? never struck</small>}
    </td>
  );
}
