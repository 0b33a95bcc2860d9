/**
 * Dedupe with its effect: claim and effect in one transaction against the same four statements by hand on npm:pg, and
 * batches of 100 against one by one.
 */

// @ts-types="@types/pg"
import pg from "pg";
import { createHash } from "node:crypto";
import { type Dedupe, openDedupe } from "../reference/dedupe/mod.ts";
import { beginSql, claimSql } from "../reference/dedupe/sql.ts";
import { atOnce } from "./at_once.ts";
import type { Figure } from "./figure.ts";
import { compare, during, inRates } from "./in_rounds.ts";
import { batchEffectSql, type BenchStore, body, effectSql, newEvent } from "./store.ts";

const rounds = 15;
const ms = 100;
const batchSize = 100;

/** Measures both. */
export async function effects(store: BenchStore, signal: AbortSignal): Promise<Figure[]> {
  await using dedupe = await openDedupe(store.settings);
  return [...await inTransactions(store, dedupe, signal), await inBatches(store, dedupe, signal)];
}

async function inTransactions(store: BenchStore, dedupe: Dedupe, signal: AbortSignal): Promise<Figure[]> {
  const { connectionsMax, provider, startup, url } = store.settings;
  const options = Object.entries(startup).map(([name, value]) => `-c ${name}=${value}`).join(" ");
  const pool = new pg.Pool({ connectionString: url.href, max: connectionsMax, options, keepAlive: true });
  const fingerprint = createHash("sha256").update(body).digest("hex");
  const byHand = async () => {
    const { id } = newEvent();
    const client = await pool.connect();
    try {
      await client.query(beginSql);
      await client.query(claimSql, [provider, id, fingerprint]);
      await client.query(effectSql, [id, body]);
      await client.query("commit");
      return 1;
    } finally {
      client.release();
    }
  };
  const claimed = async () => {
    const event = newEvent();
    const { verdict } = await dedupe.transactional(event, (tx) => tx.query(effectSql, [event.id, body]));
    if (verdict !== "first") throw new Error(`Cannot measure: a new event was "${verdict}"`);
    return 1;
  };
  const pair = {
    what: "transactional() with its effect / by hand on npm:pg",
    ours: claimed,
    theirs: byHand,
    target: { at: "least", value: 0.9 },
  } as const;
  try {
    return await atOnce([pair], { clear: () => store.clear(), signal });
  } finally {
    await pool.end();
  }
}

async function inBatches(store: BenchStore, dedupe: Dedupe, signal: AbortSignal): Promise<Figure> {
  await store.clear();
  const of = (size: number) => async () => {
    const verdicts = await dedupe.batch(Array.from({ length: size }, newEvent), batchEffectSql);
    const other = verdicts.find(({ verdict }) => verdict !== "first");
    if (other) throw new Error(`Cannot measure: a new event was "${other.verdict}"`);
    return size;
  };
  const side = (size: number) => during(of(size), { ms, atOnce: 1, signal });
  const compared = await compare({ ours: side(batchSize), bare: side(1) }, { rounds, signal });
  return {
    what: `batch() of ${batchSize} / batch() of 1, one call at a time`,
    unit: "x",
    ...compared.ratio,
    target: { at: "least", value: 5 },
    how: `${inRates(compared)}, events with their effect`,
  };
}
