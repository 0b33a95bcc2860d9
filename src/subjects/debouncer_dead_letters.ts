/**
 * The dead letters of a run as Redis holds them, read by the harness's direct road: an instance whose road was cut may have made one
 * that nobody heard of.
 *
 * Each message of one is told as an effect with a key of its own, `<message> (dead letter)`, so that it counts neither as handled nor
 * as pending; `dead_letters_kept` and its siblings read its data. A sibling would read what else a subject puts aside.
 */

import type { Effect, Truth } from "../core/subject.ts";
import { conversationOf, Keys } from "../reference/debouncer/keys.ts";
import { decode } from "../reference/debouncer/message.ts";
import { keyOf } from "./debouncer_key.ts";

/** Of each letter: id, name, time of death (µs), whether it is among those that are listed, messages. Not the reference's own listing. */
const readLua = `local letters, all = {}, redis.call('hgetall', KEYS[1])
for i = 1, #all, 2 do
  local name, at, _, _, _, messages = cmsgpack.unpack(all[i + 1])
  local listed = redis.call('zscore', KEYS[2], all[i]) and 1 or 0
  letters[#letters + 1] = { all[i], name, string.format('%d', at), listed, messages }
end
return letters`;

type Raw = readonly [id: string, name: string, diedAtUs: string, listed: number, messages: readonly string[]];

/** The messages of all dead letters. */
export async function deadLetters({ redis, namespace }: Truth): Promise<readonly Effect[]> {
  const { dead, deadByTime } = new Keys(namespace.prefix, 0);
  const letters = await redis.eval(readLua, 2, dead, deadByTime) as readonly Raw[];
  return letters.flatMap(([batch, name, diedAtUs, listed, messages]) =>
    messages.map(decode).map(({ id, body }) => {
      const conversation = conversationOf(name);
      const message = keyOf(conversation, { id });
      const about = { message, batch, conversation };
      const { operation } = JSON.parse(String(body)) as { readonly operation: string };
      const data = { ...about, dead: letterOf(batch, Number(diedAtUs) / 1_000), listed: listed === 1 };
      return { key: `${message} (dead letter)`, operation, data };
    })
  );
}

/** The name of a dead letter: a batch that was put back can die again, at another time (ms by Redis's clock), as another one. */
export function letterOf(batch: string, diedAtMs: number): string {
  return `${batch} ${Math.round(diedAtMs * 1_000)}`;
}
