/**
 * Servers that stand by themselves: they were there before the session or are there after it, and may have other users.
 *
 * What a session makes on them carries its name: roles and schemas `nevertwice_SESSION_...`, users of Redis likewise, keys that
 * begin with SESSION, proxies `nevertwice-SESSION-...`. Nothing else is ever touched.
 */

/** Owners' addresses, direct, and Toxiproxy's API; all on loopback. */
export interface StandingServers {
  readonly postgres?: URL | undefined;
  readonly redis?: URL | undefined;
  readonly toxiproxy: URL;
}

/** How long one answer may take. */
export const answerMsMax = 5_000;

/** The role, and the user of Redis, that says: this session has been here. Made first and dropped last; it cannot log in. */
export function markOf(session: string): string {
  return `nevertwice_${session}_harness`;
}

/** The session whose mark that is, if it is one. */
export function sessionOf(mark: string): string | undefined {
  return /^nevertwice_([0-9a-z]+)_harness$/.exec(mark)?.[1];
}

/** As whom the harness is seen at the stores while it runs. */
export function presenceOf(session: string): string {
  return `nevertwice-session-${session}`;
}

/** Without user and password, for sentences. */
export function placeOf(url: URL): string {
  return `${url.hostname}:${
    url.port || { "postgres:": "5432", "postgresql:": "5432", "redis:": "6379" }[url.protocol]
  }`;
}
