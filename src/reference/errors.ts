/**
 * What can go wrong between a service and its stores, sorted by the one question that matters to a sender: did it
 * happen? Everything here is about that sentence: `Failure` and its kinds carry the answer, `classify` finds it for an
 * error of a driver of Postgres or Redis, and `mask` keeps secrets out of whatever is written about it.
 *
 * Programming errors are none of these: they pass through unchanged, so that somebody sees and mends them.
 * A sibling would classify the errors of another store with the same four answers.
 */

/** What is known about an attempt that failed: it certainly did nothing, or it may have done all of its work. */
export type Happened = "nothing" | "unknown";

/** What a failure carries besides its message: the wait it asks the sender for (milliseconds), and its cause. */
export interface FailureDetails {
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** An error that says what happened and what to do next. Its message, its JSON and its printed form hold no secret. */
export abstract class Failure extends Error {
  /** A stable name for programs, such as "store_unavailable". */
  abstract readonly code: string;
  /** Whether the attempt can have had any effect. */
  abstract readonly happened: Happened;
  /** After how many milliseconds it is worth asking again; undefined if asking again cannot help. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, details: FailureDetails = {}) {
    super(maskText(message), details.cause === undefined ? {} : { cause: details.cause });
    this.name = new.target.name;
    this.retryAfterMs = details.retryAfterMs;
  }

  /** One JSON line of a log: code, message, what happened, the wait, and the causes, all masked. */
  toJSON(): Record<string, unknown> {
    const { code, message, happened, retryAfterMs } = this;
    return { code, message, happened, retryAfterMs, cause: mask(this.cause) };
  }

  /** `console.error(failure)` prints this in Node and in Deno: a driver's error can quote rows, so it is masked too. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `${maskText(this.stack ?? this.message)}\n${JSON.stringify(this)}`;
  }
  [Symbol.for("Deno.customInspect")](): string {
    return `${maskText(this.stack ?? this.message)}\n${JSON.stringify(this)}`;
  }
}

/** The store could not be asked, or refused. Certain: nothing happened. Answer 503; the sender comes again. */
export class StoreUnavailable extends Failure {
  readonly code = "store_unavailable";
  readonly happened = "nothing";
}

/** A request was sent and its answer was lost: it may have taken effect, and may still. Answer 503, never 200. */
export class OutcomeUnknown extends Failure {
  readonly code = "outcome_unknown";
  readonly happened = "unknown";
}

/** The deadline passed while the handler was at work in its transaction, which is rolled back. Nothing happened. */
export class HandlerTooSlow extends Failure {
  readonly code = "handler_too_slow";
  readonly happened = "nothing";
}

/** The handler's lease has run out, and somebody else may hold the event. What the handler did may be done again. */
export class LeaseLost extends Failure {
  readonly code = "lease_lost";
  readonly happened = "unknown";
}

/** The table, or the constraint that all of this rests on, is missing. `statement` would add it; run it and restart. */
export class MissingConstraint extends Failure {
  readonly code = "missing_constraint";
  readonly happened = "nothing";
  readonly statement: string;
  constructor(message: string, statement: string, cause?: unknown) {
    super(`${message}: run ${JSON.stringify(statement)}`, { cause });
    this.statement = statement;
  }
}

/** The store answers, but not as this needs it (too old, a replica, it evicts, it refuses the user): see the message. */
export class UnsuitableStore extends Failure {
  readonly code = "unsuitable_store";
  readonly happened = "nothing";
}

/** The handler swallowed an error of a statement, or ended the transaction itself. A mistake in the handler. */
export class TransactionMisused extends Failure {
  readonly code = "transaction_misused";
  readonly happened: Happened;
  constructor(message: string, happened: Happened, cause?: unknown) {
    super(message, { cause });
    this.happened = happened;
  }
}

/** What an error of a driver means for the statement that met it. */
export type Classification = "nothing" | "unknown" | "conflict" | "programming";

/** SQLSTATEs, longest match first: five characters are a code, two a class (PostgreSQL manual, appendix A). */
const sqlStates: Readonly<Record<string, Classification>> = {
  "08001": "nothing", // cannot connect
  "08004": "nothing", // connection rejected
  "08": "unknown", // the connection failed
  "23505": "conflict", // unique violation
  "23P01": "conflict", // exclusion violation
  "25006": "nothing", // read-only: this server is a standby just now
  "25P03": "nothing", // idle in transaction for too long: rolled back
  "25P04": "nothing", // transaction timeout: rolled back
  "40003": "unknown", // statement completion unknown
  "40": "nothing", // serialization failure, deadlock: rolled back
  "53": "nothing", // disk full, out of memory, connection slots used up
  "55P03": "nothing", // lock not available in time
  "57014": "nothing", // statement timeout, or cancelled
  "57P03": "nothing", // starting up or shutting down
  "57": "unknown", // the backend was ended: an answer to something finished may have been on its way
  "58": "unknown", // the server's own input and output
  "XX": "unknown", // the server's own bug
};

const neverSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "CONNECT_TIMEOUT"]);
const lostOnTheWay = new Set(
  ("ECONNRESET EPIPE ETIMEDOUT ECONNABORTED EHOSTUNREACH ENETUNREACH ENETDOWN ERR_STREAM_DESTROYED " +
    "ERR_SOCKET_CLOSED CONNECTION_CLOSED CONNECTION_ENDED CONNECTION_DESTROYED").split(" "),
);

/** First words of replies that Redis gives instead of executing anything. NOAUTH, NOPERM, MOVED are mistakes of the set-up. */
const insteadOfExecuting = new Set(
  "NOSCRIPT LOADING READONLY MASTERDOWN OOM BUSY CLUSTERDOWN TRYAGAIN MISCONF NOREPLICAS".split(" "),
);

/**
 * What a script can meet at its first write and at none that follows, for what they look at does not change while it runs
 * (memory is looked at once, before it: scriptVerifyOOM and scriptVerifyWriteCommandAllow in script.c of Redis 7,
 * luaRedisGenericCommand in scripting.c of 6.2). Any other error in a script may come after a write.
 */
const beforeFirstWrite = new Set(["OOM", "READONLY", "MISCONF", "NOREPLICAS"]);

/** What npm:ioredis itself says. Commands that it threw away may have been sent: it does not tell. */
const saidByIoredis: readonly (readonly [RegExp, Classification])[] = [
  [/^Stream isn't writeable and enableOfflineQueue/, "nothing"],
  [/^(Connection is closed\.$|Command timed out$|Command aborted due to connection close$)/, "unknown"],
  [/^(Reached the max retries per request|Socket timeout\. Expecting data)|Please report this\.$/, "unknown"],
];

/** The first word of an error that Redis replied, and whether a script raised it while it ran; else undefined. */
export function replyOf(error: unknown): { readonly word: string; readonly inScript: boolean } | undefined {
  if (!(error instanceof Error) || error.name !== "ReplyError") return undefined;
  const text = error.message;
  const of62 = /^ERR Error running script \(call to f_\w+\): (?:@user_script: ?\d+: )*-?(.*)/s.exec(text)?.[1];
  const inScript = of62 !== undefined || / script: \w+, on @user_script:\d+\.$/.test(text);
  return { word: (of62 ?? text).split(" ", 1)[0] ?? "", inScript };
}

/**
 * Sorts an error of npm:postgres, npm:pg or npm:ioredis by its SQLSTATE, the first word of the reply, or its socket code.
 * What it does not know is a bug: it surfaces.
 */
export function classify(error: unknown): Classification {
  if (!(error instanceof Error)) return "programming";
  const reply = replyOf(error);
  if (reply !== undefined) {
    const words = reply.inScript ? beforeFirstWrite : insteadOfExecuting;
    return words.has(reply.word) || error.message.startsWith("ERR max number of clients") ? "nothing" : "programming";
  }
  if ("syscall" in error && error.syscall === "connect") return "nothing";
  const code = codeOf(error);
  if (code === undefined) return saidByIoredis.find(([said]) => said.test(error.message))?.[1] ?? "programming";
  if (neverSent.has(code)) return "nothing";
  if (lostOnTheWay.has(code)) return "unknown";
  if (!/^[0-9A-Z]{5}$/.test(code)) return "programming";
  return sqlStates[code] ?? sqlStates[code.slice(0, 2)] ?? "programming";
}

/** The `code` of an error: a SQLSTATE, or the name of a socket's error; undefined if it has none. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

const masked = "[masked]";
const depthMax = 12;
const secretName =
  /pass(word|wd|phrase)?$|^pwd|secret|token|api.?key|private.?key|authori[sz]ation|cookie|credential|signature|bearer|^(pin|cvc|cvv|iban)$/i;

/** Copies a value with every secret in it masked, at any depth, cycles and errors included. Never throws. */
export function mask(value: unknown, depth = 0, above: readonly unknown[] = []): unknown {
  if (typeof value === "string") return maskText(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "function" || typeof value === "symbol") return `[${typeof value}]`;
  if (typeof value !== "object" || value === null) return value;
  if (above.includes(value)) return "[circular]";
  if (depth >= depthMax) return "[too deep]";
  if (value instanceof Date || value instanceof URL) return maskText(String(value));
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  const path = [...above, value];
  if (Array.isArray(value)) return value.map((item) => mask(item, depth + 1, path));
  if (value instanceof Map) return mask(Object.fromEntries(value), depth + 1, path);
  if (value instanceof Set) return mask([...value], depth + 1, path);
  const entries: [string, unknown][] = Object.entries(value);
  if (value instanceof Error) entries.unshift(["name", value.name], ["message", value.message], ["cause", value.cause]);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, secretName.test(key) && item ? masked : mask(item, depth + 1, path)]),
  );
}

/** Calls a hook of whoever uses this, at once. What it throws, also later, decides nothing: `failed` alone is told of it. */
export function tell(hook: () => unknown, failed: (error: unknown) => void = () => {}): void {
  new Promise((resolve) => resolve(hook())).catch(failed);
}

/** Masks in a text: URL credentials, tokens, `password=...`, e-mail addresses, card numbers and phone numbers. */
export function maskText(text: string): string {
  return text // every repetition is bounded: a long text must not take long
    .replace(/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/"']{1,500}@/gi, `$1${masked}@`)
    .replace(/\b(bearer|basic)\s+[a-z0-9+/._~=-]{6,}/gi, `$1 ${masked}`)
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, masked)
    .replace(/\b(whsec|sk|pk|rk|ghp|gho|ghs|xox[abp]|glpat|AKIA)[_-]?[\w+/=-]{12,}/g, masked)
    .replace(
      /((?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|authorization|credential|signature)["']?\s*[=:]\s*["']?)[^\s"'&,;})]+/gi,
      `$1${masked}`,
    )
    .replace(/[\w.+%-]{1,64}@[\w-]{1,63}(\.[\w-]{1,63})+/g, masked)
    .replace(/(?<![\w.-])\+?\(?\d[\d ().-]{6,22}\d(?![\w-])/g, (digits) => looksPersonal(digits) ? masked : digits);
}

/** Card numbers pass Luhn's check; phone numbers begin with + or 00, or are grouped. Plain counts and dates are left alone. */
function looksPersonal(text: string): boolean {
  const digits = text.replace(/\D/g, "");
  if (digits.length >= 13 && digits.length <= 19 && luhn(digits)) return true;
  if (/^\d{4}-\d\d-\d\d/.test(text) || /^\d+(\.\d+)+$/.test(text)) return false;
  return digits.length >= 8 && digits.length <= 15 && /^(\+|00)|\(|\d[ -]\d/.test(text);
}

function luhn(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]);
    const doubled = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += place % 2 === 0 ? digit : doubled;
  }
  return sum % 10 === 0;
}
