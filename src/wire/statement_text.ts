/**
 * A statement as histories show it: on one line, shortened, and without literals, for a literal may be a customer's data or a
 * password. Parameters (`$1`) stay, since they name a value without telling it. A sibling for another protocol would shorten its commands.
 */

/** Characters of a statement that histories keep. */
export const statementCharactersMax = 80;

/** Characters of a statement that are looked at: enough for `statementCharactersMax` whatever the literals. */
export const statementReadMax = 1024;

const cacheMax = 500;
const cache = new Map<string, string>();

// In this order: escape strings, strings, dollar quotes, quoted names, comments, parameters, names, numbers. A literal that the
// reading limit cut off counts up to the end.
const token =
  /[eE]'(?:[^'\\]|''|\\[\s\S])*(?:'|\\?$)|'(?:[^']|'')*(?:'|$)|\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)|"(?:[^"]|"")*(?:"|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\$\d+|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\d[\w.]*/g;

/** The statement on one line of at most 80 characters, with each literal as `?`. */
export function statementText(sql: string): string {
  const known = cache.get(sql);
  if (known !== undefined) return known;
  const line = sql.slice(0, statementReadMax).replace(token, (found: string) => {
    const first = found[0]!;
    if (found.startsWith("--") || found.startsWith("/*")) return " ";
    if (first === "'" || (first >= "0" && first <= "9")) return "?";
    if ((first === "e" || first === "E") && found[1] === "'") return "?";
    if (first === "$" && !(found[1]! >= "0" && found[1]! <= "9")) return "?";
    return found;
  }).replace(/\s+/g, " ").trim();
  const text = line.length > statementCharactersMax ? `${line.slice(0, statementCharactersMax - 1)}…` : line;
  if (cache.size >= cacheMax) cache.clear();
  cache.set(sql, text);
  return text;
}
