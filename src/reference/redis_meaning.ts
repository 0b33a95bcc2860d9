/**
 * What a server says, and what it means for whoever asked: whether this Redis will do at all (6.2 or later, a primary, and
 * one that evicts nothing, for what is evicted is done twice, or lost), and whether a call that failed certainly did
 * nothing. To copy with `redis.ts`.
 *
 * A sibling check would look for another thing that correctness rests on, and also say what to do about it.
 */

import { classify, type Failure, OutcomeUnknown, replyOf, StoreUnavailable, UnsuitableStore } from "./errors.ts";

const oldestVersion = [6, 2] as const;

/** Throws UnsuitableStore with what to do, or StoreUnavailable if it will do once it has started; `info` is INFO's reply. */
export function verifySuitable(info: string): void {
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1] ?? "";
  if (Number(field("loading")) > 0) {
    throw unavailable("it is still loading its data");
  }
  const version = field("redis_version");
  if (!isNewEnough(version)) {
    throw new UnsuitableStore(`Cannot use this Redis: it is "${version}", and has to be 6.2 or later`);
  }
  if (field("redis_mode") === "sentinel") {
    throw new UnsuitableStore(
      "Cannot use this Redis: it is a Sentinel; give the address of the primary that it watches",
    );
  }
  if (field("role") !== "master") {
    const primary = field("master_host") && `, ${field("master_host")}:${field("master_port")}`;
    throw new UnsuitableStore(`Cannot use this Redis: it is a replica; give the address of its primary${primary}`);
  }
  const policy = field("maxmemory_policy");
  if (policy !== "noeviction") {
    throw new UnsuitableStore(
      `Cannot use this Redis: maxmemory-policy is "${policy}", so it may throw away what was acknowledged: ` +
        `run "CONFIG SET maxmemory-policy noeviction", and write the same into its configuration file`,
    );
  }
}

/** What a server that will do does not do: it may forget what was acknowledged when it is started again. */
export function forgets(info: string): boolean {
  return /^aof_enabled:0\r?$/m.test(info);
}

function isNewEnough(version: string): boolean {
  const [major = NaN, minor = NaN] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = oldestVersion;
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

const advice: Readonly<Record<string, string>> = {
  NOAUTH: "it asks for a password, so put one into the url",
  WRONGPASS: "it does not accept this user and password",
  NOPERM: "this user has to be allowed INFO, SCRIPT LOAD, EVAL, EVALSHA, what the scripts call, and their keys",
  MOVED: "it is one of a cluster, and another node has this key: a client of clusters is needed",
  ASK: "it is one of a cluster, and another node has this key: a client of clusters is needed",
};

/** What the failure of a call means for whoever made it; `sent` says whether the server may have got it. */
export function meaningOf(failure: unknown, sent: boolean): unknown {
  const error = withoutWords(failure);
  const kind = classify(error);
  const reply = replyOf(error);
  const todo = reply && !reply.inScript && advice[reply.word];
  if (todo) return new UnsuitableStore(`Cannot use this Redis: ${todo}`, { cause: error });
  if (!sent && reply && kind === "programming") {
    const why = `it refuses the connect (${error instanceof Error ? error.message : error})`;
    return new UnsuitableStore(`Cannot use this Redis: ${why}`, { cause: error });
  }
  if (!sent && error instanceof Error && /^Unknown RESP type/.test(error.message)) {
    return new UnsuitableStore("Cannot use this Redis: what answers there is none, so look at host and port", {
      cause: error,
    });
  }
  if (!sent) return unavailable("there is no connection, so nothing was sent", error);
  if (kind === "nothing") return unavailable("it refused the command", error);
  if (kind !== "unknown") return error;
  return new OutcomeUnknown("A command was sent and its answer did not come: it may have been done, and may yet be", {
    retryAfterMs: 1_000,
    cause: error,
  });
}

/** Certainly nothing happened, and it is worth asking again. */
export function unavailable(why: string, cause?: unknown): Failure {
  const said = cause instanceof Error ? ` (${cause.message})` : "";
  return new StoreUnavailable(`Redis is unavailable, nothing happened: ${why}${said}`, { retryAfterMs: 1_000, cause });
}

/** The driver hangs a command's words on its error: users' messages, or the password. Neither is to be logged. */
export function withoutWords(error: unknown): unknown {
  if (error instanceof Error && "command" in error) delete error.command;
  return error;
}
