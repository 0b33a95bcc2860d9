/** A list of texts as Postgres writes a text[], for statements that take many values in one parameter. */
export function textArray(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
}
