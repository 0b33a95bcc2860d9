/**
 * Taking away what sessions have left at the engine: containers with their data, and networks. All that we make there
 * carries two labels, whose it is and which process started it; nothing without them is looked at.
 */
import { isRunning } from "../harness_identity.ts";
import { type Engine, EngineError } from "./engine.ts";

const sessionLabel = "dev.nevertwice.session";
const harnessLabel = "dev.nevertwice.harness";

/** What may still be coming up when a session is cleared away is found in the next round. */
const roundsMax = 20;
const removalMsMax = 60_000;
/** A session of another machine or container cannot be seen from here: it is left alone until it is as old as this. */
const foreignAgeMsMax = 24 * 3_600_000;

/** The labels of all that a session makes; `harness` as in `harness_identity.ts`. */
export function labelsOf(session: string, harness: string): Record<string, string> {
  return { [sessionLabel]: session, [harnessLabel]: harness };
}

/** What the engine's API understands as "with the label of this session". */
export function ofSession(session: string): { label: string[] } {
  return { label: [`${sessionLabel}=${session}`] };
}

/** Removes all of a session; resolves once nothing of it is there. */
export async function removeSession(engine: Engine, session: string): Promise<void> {
  const filters = ofSession(session);
  for (let round = 0; round < roundsMax; round++) {
    const { containers, networks } = await madeBy(engine, filters);
    if (containers.length + networks.length === 0) return;
    await Promise.all(containers.map(({ Id }) => remove(engine, `/containers/${Id}?force=1&v=1`)));
    await Promise.all(networks.map(({ Id }) => remove(engine, `/networks/${Id}`)));
  }
  throw new Error(`containers of session ${session} are still there after ${roundsMax} attempts to remove them`);
}

/** Removes what sessions left whose harness is dead. Gives their names. */
export async function sweep(engine: Engine): Promise<string[]> {
  const { containers, networks } = await madeBy(engine, { label: [sessionLabel] });
  const sessions = new Map<string, Made>();
  for (const made of [...containers, ...networks]) sessions.set(made.Labels[sessionLabel] ?? "", made);
  const swept: string[] = [];
  for (const [session, made] of sessions) {
    const runs = await isRunning(made.Labels[harnessLabel] ?? "");
    if (runs ?? Date.now() - bornMs(made) < foreignAgeMsMax) continue;
    await removeSession(engine, session);
    swept.push(session);
  }
  return swept;
}

/** A container or a network as the engine lists it: `Created` in seconds of the epoch, or as a date. */
interface Made {
  readonly Id: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Created: number | string;
}

function bornMs({ Created }: Made): number {
  return typeof Created === "number" ? Created * 1_000 : Date.parse(Created);
}

async function madeBy(engine: Engine, filters: { label: string[] }) {
  const query = new URLSearchParams({ all: "1", filters: JSON.stringify(filters) });
  const [containers, networks] = await Promise.all([
    engine.ask<Made[]>("GET", `/containers/json?${query}`),
    engine.ask<Made[]>("GET", `/networks?${query}`),
  ]);
  return { containers, networks };
}

async function remove(engine: Engine, path: string): Promise<void> {
  try {
    await engine.ask("DELETE", path, { deadlineMs: removalMsMax });
  } catch (error) {
    // It is gone, or somebody else is just removing it, or a network still has a member: the next round looks again.
    if (!(error instanceof EngineError) || ![403, 404, 409].includes(error.status)) throw error;
  }
}
