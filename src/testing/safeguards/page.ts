/** tmp */
export const pageUrl = new URL("../../../docs/safeguards.md", import.meta.url);
export function currentPage(): Promise<string> {
  return Promise.resolve("");
}
