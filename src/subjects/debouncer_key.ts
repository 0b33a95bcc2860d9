/**
 * A message's key in the harness, `<conversation>/<message id>`, and its two parts. The debouncer is given the parts: message ids are those of
 * their conversation, and come again in others. A sibling is `limitedKey` of the limiter.
 */

/** All before the first slash. */
export function conversationIn(key: string): string {
  return key.split("/")[0]!;
}

/** All behind it. */
export function idIn(key: string): string {
  return key.slice(key.indexOf("/") + 1);
}

/** The key of a message. */
export function keyOf(conversation: string, { id }: { readonly id: string }): string {
  return `${conversation}/${id}`;
}
