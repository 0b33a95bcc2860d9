/**
 * The sentences of a story: one function for each kind of thing that happens. They begin in lower case, so that a pause
 * can be put in front, and use the plan's own names. A new kind of entry is one more function here.
 */

import type { InstanceEntry, MessageEntry, NoteEntry, PendingEntry, SinkEntry } from "../core/history.ts";
import type { OperationView, View } from "../core/view.ts";

/** Text of a subject in a story is cut after so many characters. */
const charactersMax = 80;

/** `delivery d1 of e1 was sent to instance 0 (d1.1)`, or what its next sends are called. */
export function sayInvoke(view: View, operation: OperationView): string {
  const { id, delivery, key, instance } = operation;
  const send = Number(id.slice(delivery.length + 1));
  if (send > 1) return `${delivery} was sent again, to instance ${instance} (${id})`;
  if (delivery.startsWith("w") && operation.invoke.atMs < 0) {
    return `instance ${instance} was warmed up with ${key} (${id})`;
  }
  const earlier = view.keys.get(key)!.operations.find((other) =>
    other.delivery !== delivery && other.invoke.index < operation.invoke.index
  );
  const duplicate = earlier ? `, a duplicate of ${earlier.delivery},` : "";
  return `delivery ${delivery} of ${key}${duplicate} was sent to instance ${instance} (${id})`;
}

/** `d1.1, at instance 0, was answered info: connection closed`, with what makes it odd. */
export function sayOutcome(view: View, operation: OperationView): string {
  const { id, instance, settled } = operation;
  const who = `${id}, at instance ${instance},`;
  if (settled?.type === "ok") {
    const owes = (operation.op as { readonly effectless?: unknown } | null)?.effectless !== true;
    const lacks = owes && view.quiet && !hasEffect(view, operation.key)
      ? `, although no effect of ${operation.key} exists`
      : "";
    return `${who} was answered ok${detail(settled.value)}${lacks}`;
  }
  if (settled?.type === "fail") {
    const made = view.keys.get(operation.key)?.effects.some((effect) => effect.operation === id);
    const final = settled.final ? " for good" : "";
    return `${who} was refused${final}${detail(settled.reason)}${made ? ", although it made an effect" : ""}`;
  }
  if (settled?.because === "deadline") {
    return `${who} was not answered in ${
      Math.round(settled.atMs - operation.invoke.atMs)
    } ms: nobody knows what it did`;
  }
  if (settled?.because === "died") {
    return `the process of instance ${instance} ended with ${id} under way: nobody knows what it did`;
  }
  if (settled?.because === "protocol") return `${who} was answered with nonsense${detail(settled.reason)}`;
  return `${who} was answered info${detail(settled?.reason)}`;
}

/** What the store and the sink held of a key when all was quiet. */
export function sayEnd(view: View, key: string): string[] {
  const of = view.keys.get(key);
  if (!of) return [];
  const accepted = of.sinks.filter((sink) => sink.answer === "accepted");
  const acknowledged = of.operations.find((operation) => operation.outcome === "ok");
  const when = view.quiet ? "when all was quiet" : "at the end, although not all was quiet";
  const by = (made: readonly { readonly operation: string }[]) => listed(made.map((effect) => effect.operation));
  const lines: string[] = [];
  if (of.effects.length > 0) {
    const many = of.effects.length === 1 ? "1 effect" : `${of.effects.length} effects`;
    lines.push(`${when}, ${key} had ${many}: by ${by(of.effects)}`);
  }
  if (accepted.length > 1) lines.push(`the sink accepted ${accepted.length} effects of ${key}: by ${by(accepted)}`);
  if (of.effects.length + accepted.length === 0 && of.operations.length > 0) {
    const although = acknowledged ? `, although ${acknowledged.id} was acknowledged` : "";
    lines.push(`${when}, ${key} had no effect${although}`);
  }
  return lines;
}

/** What became of an instance, if it is worth a word. */
export function sayInstance(entry: InstanceEntry): string | undefined {
  const what: Partial<Record<InstanceEntry["event"], string>> = {
    died: "died",
    hung: "no longer answered",
    leaked: "left connections behind",
    replaced: "was replaced by a new process",
    broke: "spoke nonsense",
    start_failed: "could not be started",
  };
  const said = what[entry.event];
  return said && `instance ${entry.instance} ${said}${detail(entry.detail)}`;
}

/** `instance 1 said: handler (d1.2)`. */
export function sayNote(note: NoteEntry): string {
  const of = note.operation ? ` (${note.operation})` : "";
  return `instance ${note.instance} said: ${note.kind}${detail(note.data)}${of}`;
}

/** `the sink accepted an effect of e1 by d1.1`. */
export function saySink(sink: SinkEntry, key: string): string {
  const answer = sink.answer === "duplicate" ? "called a duplicate" : sink.answer;
  const token = sink.token ? ` with token ${sink.token}` : "";
  if (sink.answer === "duplicate") return `the sink ${answer} the effect of ${key} by ${sink.operation}${token}`;
  return `the sink ${answer} an effect of ${key} by ${sink.operation}${token}`;
}

/** `CommandComplete reached instance 0 (d1.1)`. */
export function sayMessage(message: MessageEntry): string {
  const of = message.operation ? ` (${message.operation})` : "";
  const text = message.text ? ` \`${short(message.text)}\`` : "";
  const error = message.error ? ", an error," : "";
  if (message.direction === "up") return `instance ${message.instance} sent ${message.message}${text}${of}`;
  return `${message.message}${text}${error} reached instance ${message.instance}${of}`;
}

/** `a lease of e1 was still pending`. */
export function sayPending(pending: PendingEntry): string {
  return `when all was quiet, a ${pending.kind} of ${pending.key} was still pending`;
}

/** Text of a subject, in one line and not too long. */
export function short(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > charactersMax ? `${line.slice(0, charactersMax - 1)}…` : line;
}

/** `d1.1`, `d1.1 and d1.2`, `d1.1, d1.2 and 7 more`. */
export function listed(names: readonly string[]): string {
  const unique = [...new Set(names)];
  const shown = unique.length > 4 ? [...unique.slice(0, 3), `${unique.length - 3} more`] : unique;
  if (shown.length < 2) return names.length > unique.length ? `${shown[0]} alone` : shown[0] ?? "nobody";
  return `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

function hasEffect(view: View, key: string): boolean {
  const of = view.keys.get(key);
  return !!of && (of.effects.length > 0 || of.sinks.some((sink) => sink.answer !== "refused"));
}

/** `: duplicate`, from whatever a subject gave; nothing for nothing. */
function detail(value: unknown): string {
  if (value === undefined || value === null || value === "") return "";
  if (typeof value === "string") return `: ${short(value)}`;
  if (typeof value === "object" && "verdict" in value && typeof value.verdict === "string") {
    return `: ${short(value.verdict)}`;
  }
  return `: ${short(JSON.stringify(value) ?? String(value))}`;
}
