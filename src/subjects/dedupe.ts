/**
 * The reference's webhook dedupe, made testable: one subject for each mode. The instance's half is `dedupe_hosted.ts`; flawed
 * twins use both and differ in the module that opens the dedupe, and in nothing else.
 */

import type { Operation } from "../core/plan.ts";
import type { Effect, Promises, Subject, Truth } from "../core/subject.ts";
import { schemaSql } from "../reference/dedupe/mod.ts";

/** One delivery of a webhook. `key` is the event's id. */
export interface WebhookDelivery extends Operation {
  /** The event's body; the same id with another body is a conflict. */
  readonly body: string;
  /** How long the handler waits for something else before it makes its effect, in ms; 0 by default. */
  readonly pauseMs?: number;
  /** The handler goes on although its signal is aborted, as most do that call somebody else; under a lease only. */
  readonly heedless?: boolean;
  /** The handler throws an error with this message. */
  readonly plant?: string;
}

/** Where the event's effect goes: into the same transaction, to somebody else, or with many in one statement; or by way of HTTP. */
export type Mode = "transactional" | "leased" | "batch" | "receiver";

/** The deadline that each call of the dedupe is given, in ms. */
export const deadlineMs = 200;

/**
 * The times of claims: short, so that a session is quick. A first delivery also opens the dedupe, which has a deadline of
 * its own: hence twice the deadline.
 */
export const claimTimes: Promises = { answersWithinMs: 2 * deadlineMs, leaseMs: 250, convergesWithinMs: 10_000 };

/** The times of controls: a control that does not converge must not take long to show it. */
export const controlTimes: Promises = { ...claimTimes, convergesWithinMs: 1_000 };

/** Longer than the deadline and the lease: how long a message is stalled. */
export const longerThanAllMs = 350;

/** How a subject of dedupe differs from the plain one of its mode. */
export interface Variant {
  readonly name?: string;
  readonly mode: Mode;
  readonly promises?: Promises;
  /** The hosted module; the reference's by default. */
  readonly module?: URL;
  readonly sink?: Subject["sink"];
  /** Tables; the reference's by default. */
  readonly tables?: string;
  /** The dedupe is opened when the instance starts, as in production; else at the first delivery, so that opening is disturbed too. */
  readonly opensAtStart?: boolean;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A dedupe subject. */
export function dedupe(variant: Variant): Subject<WebhookDelivery> {
  return {
    name: variant.name ?? `dedupe, ${variant.mode}`,
    needs: ["postgres"],
    host: { module: variant.module ?? new URL("./dedupe_hosted.ts", import.meta.url) },
    promises: variant.promises ?? claimTimes,
    options: { mode: variant.mode, opensAtStart: variant.opensAtStart ?? false, deadlineMs, ...variant.options },
    sink: variant.sink ?? "accept",
    reusable: true,
    describe: (op) => `webhook ${op.key}`,
    prepare: preparing(variant.tables ?? schemaSql),
    effects,
    // Only leases can be left over: all else is one transaction, or one statement.
    ...(variant.mode === "leased" ? { pending } : {}),
  };
}

/** The ledger has no unique constraint: one that refuses duplicates would hide the very bug. */
const ledgerSql = `create table ledger (
  id bigint generated always as identity, run text not null, key text not null, operation text not null, token text)`;

/** The reference's table as somebody might have made it by hand: no primary key. */
export const tablesMadeByHand = `create table webhook_event (
  provider text not null, event_id text not null, fingerprint bytea not null, status text not null, owner uuid,
  token bigint, expires_at timestamptz, received_at timestamptz not null default clock_timestamp());
  create sequence webhook_event_token`;

/** The same function for the same tables, so that their schema is made once on a lane for all subjects. */
function preparing(tables: string): NonNullable<Subject["prepare"]> {
  const known = preparations.get(tables) ?? (async ({ sql }) => void await sql.unsafe(`${tables};\n${ledgerSql}`));
  preparations.set(tables, known);
  return known;
}

const preparations = new Map<string, NonNullable<Subject["prepare"]>>();

async function effects({ sql, namespace }: Truth): Promise<readonly Effect[]> {
  const rows = await sql<{ key: string; operation: string; token: string | null }[]>`
    select key, operation, token from ledger where run = ${namespace.prefix} order by id`;
  return rows.map(({ key, operation, token }) => ({ key, operation, ...(token === null ? {} : { token }) }));
}

/** Leases that nobody completed: an event that is claimed and never done. */
async function pending({ sql, namespace }: Truth): Promise<readonly { kind: string; key: string }[]> {
  const [table] = await sql<{ there: boolean }[]>`select to_regclass('webhook_event') is not null as there`;
  if (!table?.there) return [];
  const rows = await sql<{ event_id: string }[]>`
    select event_id from webhook_event where provider = ${namespace.prefix} and status = 'leased'`;
  return rows.map((row) => ({ kind: "lease", key: row.event_id }));
}
