/**
 * Was every control caught? One row for each flawed twin, one column for each property, and after how many seconds the
 * property that the control names had seen it. A control that escaped makes all claims of that property worth less.
 */

import type { VNode } from "preact";
import type { Panel } from "../core/panel.ts";
import type { ScenarioResult } from "../core/results.ts";
import { anchorOf, Badge, duration, fateOf, Table } from "./words.tsx";

const panel: Panel = {
  title: "Controls: was every flaw caught?",
  render({ results }) {
    const controls = results.scenarios.filter((scenario) => scenario.kind === "control");
    if (controls.length === 0) return null;
    const properties = columnsOf(controls);
    const loose = controls.filter((control) => fateOf(control) === "escaped");
    return (
      <>
        {loose.length > 0 && (
          <p class="alarm">
            <Badge word="escaped" loud /> {loose.map((control) => control.path).join(", ")}: what{" "}
            {loose.length === 1 ? "its property" : "their properties"}{" "}
            says of the claims above is not proved able to fail.
          </p>
        )}
        <Table label="Flaws and the properties that caught them">
          <thead>
            <tr>
              <th scope="col">What the twin does wrong</th>
              <th scope="col">Came out</th>
              <th scope="col">After</th>
              {properties.map((name) => (
                <th scope="col" class="upright">
                  <span>{name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{controls.map((control) => <Control control={control} properties={properties} />)}</tbody>
        </Table>
        <p class="legend">
          ✕ framed: violated, and the one that the control names · ✕ violated as well · ✓ holds · ? unknown · empty: not
          judged there. “After” counts from the scenario's start to the first violation of the named property.
        </p>
      </>
    );
  },
};
export default panel;

function columnsOf(controls: readonly ScenarioResult[]): string[] {
  const named = controls.flatMap((control) => control.names ?? []);
  const judged = controls.flatMap((
    control,
  ) => [...control.properties.map(({ name }) => name), ...(control.caughtBy ?? [])]);
  return [...new Set([...named, ...judged])];
}

function Control({ control, properties }: { control: ScenarioResult; properties: readonly string[] }): VNode {
  const fate = fateOf(control);
  return (
    <tr
      id={anchorOf(control.path)}
      data-scenario={`${control.path} ${control.title}`}
      class={fate === "escaped" ? "loud" : ""}
    >
      <th scope="row">
        {control.flaw ?? control.title}
        <small>
          <code>{control.path}</code>
        </small>
      </th>
      <td>
        <Badge word={fate} loud={!control.asExpected} />
        {!control.asExpected && <small>{control.why}</small>}
      </td>
      <td class="number">
        {control.caughtAfterSeconds === undefined || fate !== "caught" ? "–" : duration(control.caughtAfterSeconds)}
      </td>
      {properties.map((name) => <Cell control={control} name={name} />)}
    </tr>
  );
}

function Cell({ control, name }: { control: ScenarioResult; name: string }): VNode {
  const judged = control.properties.find((property) => property.name === name)?.verdict;
  const verdict = control.caughtBy?.includes(name) ? "violated" : judged;
  const named = control.names === name;
  if (!verdict) {
    return (
      <td class={`cell${named ? " framed" : ""}`}>
        <span class="unseen">not judged</span>
      </td>
    );
  }
  const sign = { violated: "✕", holds: "✓", unknown: "?" }[verdict];
  const tone = verdict === "violated" ? "struck" : verdict === "unknown" ? "info" : named ? "fail" : "calm";
  return (
    <td class={`cell ${tone}${named ? " framed" : ""}`}>
      <span aria-hidden="true">{sign}</span>
      <span class="unseen">{named ? `${verdict}, the named one` : verdict}</span>
    </td>
  );
}
