/**
 * What we claim, and what each claim rests on: runs, places that were hit, things that were examined, and runs that counted
 * for nothing.
 */

import type { VNode } from "preact";
import type { Panel } from "../core/panel.ts";
import type { PropertyResult, ScenarioResult } from "../core/results.ts";
import { anchorOf, Badge, count, duration, Table } from "./words.tsx";

/** Reasons for which runs counted for nothing, the most frequent first; the rest is counted. */
const reasonsMax = 3;

const panel: Panel = {
  title: "Claims",
  render({ results }) {
    const claims = results.scenarios.filter((scenario) => scenario.kind === "claim");
    if (claims.length === 0) return null;
    return (
      <Table label="Claims and what they rest on">
        <thead>
          <tr>
            <th scope="col">Claim</th>
            <th scope="col">Verdict</th>
            <th scope="col">Found by</th>
            <th scope="col">Properties, and how much of the runs they examined</th>
          </tr>
        </thead>
        <tbody>{claims.map((claim) => <Claim claim={claim} />)}</tbody>
      </Table>
    );
  },
};
export default panel;

function Claim({ claim }: { claim: ScenarioResult }): VNode {
  return (
    <tr id={anchorOf(claim.path)} data-scenario={`${claim.path} ${claim.title}`}>
      <th scope="row">
        {claim.title}
        <small>
          <code>{claim.path}</code>
        </small>
        {claim.story && (
          <details>
            <summary>Why it matters</summary>
            <p>{claim.story}</p>
          </details>
        )}
      </th>
      <td>
        <Badge word={claim.verdict} loud={!claim.asExpected} />
        {claim.verdict !== "holds" && <small>{claim.why}</small>}
      </td>
      <td>
        {claim.strategy}, {count(claim.plans, "run")}, {duration(claim.seconds)}
        <Hits claim={claim} />
        <VoidRuns claim={claim} />
      </td>
      <td>
        <ul class="plain">{claim.properties.map((property) => <Property property={property} />)}</ul>
      </td>
    </tr>
  );
}

function Hits({ claim }: { claim: ScenarioResult }): VNode | null {
  const places = claim.places ?? [];
  if (places.length === 0) return null;
  const hit = places.filter((place) => place.hit).length;
  const all = hit === places.length;
  return (
    <small class={all ? "" : "short"}>
      {all ? "all " : ""}
      {hit} of {places.length} planned places hit ({Math.floor(100 * hit / places.length)} %)
    </small>
  );
}

function VoidRuns({ claim }: { claim: ScenarioResult }): VNode | null {
  if (claim.void === 0) return null;
  const reasons = Object.entries(claim.voidReasons ?? {}).sort((a, b) => b[1] - a[1]);
  const more = reasons.length - reasonsMax;
  return (
    <small>
      {count(claim.void, "run")} counted for nothing
      {reasons.length > 0 && `: ${reasons.slice(0, reasonsMax).map(([why, times]) => `${why} (${times})`).join("; ")}`}
      {more > 0 && `; and ${count(more, "other reason")}, see results.json`}
    </small>
  );
}

function Property({ property }: { property: PropertyResult }): VNode {
  return (
    <li>
      <Badge word={property.verdict} text={property.name} />{" "}
      <span class="number">{property.examined.toLocaleString("en-US")}</span>
      <small>{property.claim}{property.why && <em>: {property.why}</em>}</small>
    </li>
  );
}
