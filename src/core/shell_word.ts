/** Words of a command line as a shell reads them, for commands that are shown so that somebody can run them again. */

/** The word as it is if it is plain, else in quotes. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
