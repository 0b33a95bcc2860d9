/**
 * The header Idempotency-Key: an item of structured fields that is a string (draft-ietf-httpapi-idempotency-key-header,
 * section 2.1; RFC 9651, section 3.3.3), such as `"8e03978e-40d5-43dd-bc93-6894a57f9324"`, with the quotes. Parameters after
 * it are allowed and mean nothing. A sibling would take a bare word as well, as some services do.
 */

const text = String.raw`"((?:[ !#-\[\]-~]|\\["\\]){1,255})"`;
const parameter = String
  .raw`; *[a-z*][a-z0-9_.*-]*(?:=(?:"(?:[ !#-\[\]-~]|\\["\\])*"|%"(?:[ !#$&-~]|%[0-9a-f]{2})*"|[^ ";,()]+))?`;
const item = new RegExp(`^ *${text}(?:${parameter})* *$`);

/** The key in the header's value, 1 to 255 characters; undefined if it is no such string, or there are several. */
export function keyIn(value: string): string | undefined {
  return item.exec(value)?.[1]?.replace(/\\(["\\])/g, "$1");
}
