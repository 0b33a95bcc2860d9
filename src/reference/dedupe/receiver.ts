/**
 * The HTTP receiver: a web-standard `(request) => response` around a dedupe. It refuses what it can refuse before it has
 * cost anything, verifies the signature by the Standard Webhooks scheme over the exact bytes, and answers by the verdict.
 *
 *     Deno.serve(webhookReceiver({ secret, deliver: (event) => dedupe.transactional(event, store) }));
 *
 * A sibling would speak another provider's signature scheme, or take events from a queue.
 */

import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { tell } from "../errors.ts";
import { type Answer, answerTo, isVerdict, problem, refused } from "./answer.ts";
import { BodyRefused, readBody } from "./body.ts";
import type { WebhookEvent } from "./event.ts";
import { type Log, report } from "./log.ts";
import type { Verdict } from "./verdict.ts";

/** What the receiver needs. */
export interface ReceiverOptions {
  /** The signing secret ("whsec_..."), or several while one is being replaced. */
  readonly secret: string | readonly string[];
  /** Hands a verified event to the dedupe: `(event) => dedupe.transactional(event, handler)`, or leased, or batch. */
  readonly deliver: (event: WebhookEvent, request: Request) => Promise<Verdict<unknown>>;
  /** The largest body, in bytes, measured while it arrives. Default 1 MiB. */
  readonly bodyBytesMax?: number | undefined;
  /** How long a body may take to arrive, in milliseconds. Default 10,000. */
  readonly bodyMsMax?: number | undefined;
  /** How many deliveries are worked on at a time; more are answered 429. Default 100. */
  readonly inFlightMax?: number | undefined;
  /** Sees, unchanged, each error that is answered 500: a mistake in the handler or in the set-up. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Receives one record a delivery. */
  readonly log?: Log | undefined;
}

interface Settings {
  readonly webhooks: readonly Webhook[];
  readonly deliver: ReceiverOptions["deliver"];
  readonly bodyBytesMax: number;
  readonly bodyMsMax: number;
  readonly onError: (error: unknown) => void;
  readonly log: Log;
}

/** Makes the receiver. Throws for a secret that is no base64 text. */
export function webhookReceiver(options: ReceiverOptions): (request: Request) => Promise<Response> {
  const { bodyBytesMax = 1_048_576, bodyMsMax = 10_000, inFlightMax = 100, deliver } = options;
  const { log = () => {}, onError = (error) => report(log, "error", "programming_error", { error }) } = options;
  const webhooks = [options.secret].flat().map((secret) => new Webhook(secret));
  if (webhooks.length === 0) throw new TypeError("Cannot make a receiver: there is no secret");
  const settings = { bodyBytesMax, bodyMsMax, deliver, webhooks, onError, log };
  let inFlight = 0;
  return async (request) => {
    if (inFlight >= inFlightMax) return await turnAway(request, refused.tooManyInFlight());
    inFlight++;
    try {
      return await receive(request, settings);
    } finally {
      inFlight--;
    }
  };
}

async function receive(request: Request, settings: Settings): Promise<Response> {
  let answer: Answer;
  try {
    answer = refusedByHead(request, settings) ?? await received(request, settings);
  } catch (error) {
    // Any class: `answerTo` tells them apart. A mistake is shown to `onError` as it is; the sender learns only the status.
    answer = answerTo(error);
    if (answer.status === 500) surface(settings, error);
  }
  report(settings.log, answer.status >= 500 ? "error" : "info", "delivery", {
    id: request.headers.get("webhook-id"),
    status: answer.status,
    code: answer.code,
  });
  return await turnAway(request, answer);
}

/** What can be refused before a byte of the body is read. */
function refusedByHead(request: Request, { bodyBytesMax }: Settings): Answer | undefined {
  if (request.method !== "POST") return refused.method();
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (!/^application\/([\w.-]+\+)?json$/.test(type)) return refused.contentType();
  if (Number(request.headers.get("content-length") ?? 0) > bodyBytesMax) return refused.tooLarge(bodyBytesMax);
  const id = request.headers.get("webhook-id") ?? "";
  // The id is a key in a table and a word in a log: visible ASCII, as Standard Webhooks has it.
  if (!/^[\x21-\x7e]{1,256}$/.test(id)) return refused.malformed("The header webhook-id is missing or no id");
  if (!/^\d{1,15}$/.test(request.headers.get("webhook-timestamp") ?? "")) {
    return refused.malformed("The header webhook-timestamp is missing or no number of seconds");
  }
  if (!request.headers.has("webhook-signature")) return refused.signature();
  return undefined;
}

async function received(request: Request, settings: Settings): Promise<Answer> {
  const body = await readBody(request, settings.bodyBytesMax, settings.bodyMsMax);
  if (body instanceof BodyRefused) return body.answer;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return refused.malformed("The body is not UTF-8");
  }
  const headers = Object.fromEntries(request.headers);
  if (!settings.webhooks.some((webhook) => isSigned(webhook, text, headers))) return refused.signature();
  if (!isJson(text)) return refused.malformed("The body is not JSON");
  const id = request.headers.get("webhook-id") ?? "";
  const verdict = await settings.deliver({ id, body }, request);
  if (!isVerdict(verdict)) throw new TypeError("Cannot answer: deliver has to give the verdict of a dedupe");
  return answerTo(verdict);
}

function isSigned(webhook: Webhook, text: string, headers: Record<string, string>): boolean {
  try {
    webhook.verify(text, headers, { jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** Answers, and tells the runtime that nobody will read the rest of the body. */
async function turnAway(request: Request, answer: Answer): Promise<Response> {
  if (request.body !== null && !request.bodyUsed) {
    await request.body.cancel().catch(() => {}); // a client that has hung up has no body to cancel
  }
  return problem(answer);
}

function surface({ onError, log }: Settings, error: unknown): void {
  tell(() => onError(error), (failure) => report(log, "error", "on_error_failed", { failure }));
}
