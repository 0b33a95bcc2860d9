/**
 * What ran, so that somebody else can run it again: command, seed, versions, stack and machine, and what the session could
 * not do.
 */

import type { Panel } from "../core/panel.ts";
import { count, duration } from "./words.tsx";

const panel: Panel = {
  title: "What ran",
  render({ results }) {
    const { machine, stack } = results;
    const facts: [string, string | undefined][] = [
      ["Command", results.command],
      ["Seed", String(results.seed)],
      ["Budget", results.budget],
      ["Shard", results.shard],
      ["Started", results.startedAt],
      ["Took", duration(results.seconds)],
      ["Exit code", String(results.exitCode)],
      ["Commit", results.commit],
      ["Stack", `${stack.name}: ${stack.why}`],
      ["Machine", `${machine.os} ${machine.arch}, ${count(machine.cpus, "core")}, ${machine.memoryMiB} MiB`],
      ...Object.entries(results.versions),
    ];
    return (
      <>
        {results.remarks.length > 0 && (
          <>
            <h3>Remarks</h3>
            <ul>{results.remarks.map((remark) => <li>{remark}</li>)}</ul>
          </>
        )}
        <dl class="facts">
          {facts.map(([name, value]) =>
            value !== undefined && (
              <>
                <dt>{name}</dt>
                <dd>{name === "Command" ? <code class="command">{value}</code> : value}</dd>
              </>
            )
          )}
        </dl>
      </>
    );
  },
};
export default panel;
