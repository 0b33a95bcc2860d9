/**
 * What a correct implementation cannot promise, shown by a run that breaks it: for users to know, and nobody's fault.
 */

import type { Panel } from "../core/panel.ts";
import { anchorOf, Badge, Table } from "./words.tsx";

const panel: Panel = {
  title: "Known limits",
  render({ results }) {
    const limits = results.scenarios.filter((scenario) => scenario.kind === "limit");
    if (limits.length === 0) return null;
    return (
      <Table label="Known limits">
        <thead>
          <tr>
            <th scope="col">Limit</th>
            <th scope="col">What a user has to know</th>
            <th scope="col">In this session</th>
          </tr>
        </thead>
        <tbody>
          {limits.map((limit) => (
            <tr id={anchorOf(limit.path)} data-scenario={`${limit.path} ${limit.title}`}>
              <th scope="row">
                {limit.title}
                <small>
                  <code>{limit.path}</code>
                </small>
              </th>
              <td>{limit.flaw ?? limit.why}</td>
              <td>
                <Badge
                  word={limit.verdict === "skipped" ? "skipped" : limit.asExpected ? "shown" : "not shown"}
                  loud={!limit.asExpected}
                />
                <small>
                  {limit.asExpected ? `by ${(limit.caughtBy ?? []).join(", ") || limit.names || "a run"}` : limit.why}
                </small>
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    );
  },
};
export default panel;
