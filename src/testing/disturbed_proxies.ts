/**
 * The proxies of a road under test, by Toxiproxy's own API: not by what is under test.
 */
import assert from "node:assert/strict";

/** All proxies of a session. */
export class DisturbedProxies {
  constructor(private readonly api: URL, private readonly session: string) {}

  /** The types of the toxics that are on them. */
  async toxics(): Promise<readonly string[]> {
    return (await this.#list()).flatMap(({ toxics }) => toxics.map(({ type }) => type));
  }

  /** Takes every toxic off, and opens them. */
  async clear(): Promise<void> {
    for (const { name, toxics } of await this.#list()) {
      // 404: a fault that changes its toxics over time was quicker.
      for (const toxic of toxics) await this.#ask(`/proxies/${name}/toxics/${toxic.name}`, { method: "DELETE" }, 404);
      await this.#ask(`/proxies/${name}`, { method: "POST", body: JSON.stringify({ enabled: true }) });
    }
  }

  async #list(): Promise<readonly { name: string; toxics: readonly { name: string; type: string }[] }[]> {
    const all = JSON.parse(await this.#ask("/proxies", {}));
    return Object.keys(all).filter((name) => name.includes(this.session)).map((name) => all[name]);
  }

  async #ask(path: string, request: RequestInit, alsoFine?: number): Promise<string> {
    const answer = await fetch(new URL(path, this.api), { ...request, signal: AbortSignal.timeout(5_000) });
    const text = await answer.text();
    assert.ok(answer.ok || answer.status === alsoFine, `${path}: ${answer.status} ${text}`);
    return text;
  }
}
