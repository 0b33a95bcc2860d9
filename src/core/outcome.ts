/**
 * What an attempt can come to, and how a subject says so.
 *
 * Three outcomes: `ok` is acknowledged, `fail` is certain to have done nothing, `info` is "nobody knows". Only a subject
 * that throws {@link Refused} can say `fail`; whatever else it throws, and every deadline, is `info`. So an error that
 * nobody classified makes a verdict weaker, never wrong.
 */

/** ok: acknowledged, the sender will not come again; fail: certainly nothing happened; info: nobody knows. */
export type Outcome = "ok" | "fail" | "info";

/** Thrown by a subject that is certain that this attempt did nothing. */
export class Refused extends Error {
  override readonly name = "Refused";
  /** True if sending the same again can never help (a 4xx other than 409 and 429): the sender stops. */
  readonly final: boolean;

  constructor(message: string, options: { final?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.final = options.final ?? false;
  }
}
