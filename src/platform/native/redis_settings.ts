/**
 * How our Redis servers are set: nothing acknowledged is forgotten at kill -9, nothing is evicted, and each is small.
 */

/** Settings by their names in redis.conf; a value of several words has them apart by spaces. */
export type RedisSettings = Readonly<Record<string, string>>;

const OURS: RedisSettings = {
  bind: "127.0.0.1",
  appendonly: "yes",
  appendfsync: "everysec",
  save: "",
  "maxmemory-policy": "noeviction",
  // A fork in the middle of a run would be a disturbance that nobody planned.
  "auto-aof-rewrite-percentage": "0",
  // A log file per session must not grow with the errors that subjects provoke.
  loglevel: "warning",
  // The command line keeps the session's folder in it, by which people find out whose process this is.
  "set-proc-title": "no",
};

/** For faults that make it load for long or spend its memory; it came with 7.0, and before that needed no leave. */
const SINCE_7: RedisSettings = { "enable-debug-command": "local" };

/** The settings as arguments of `redis-server` of this version; what is given wins over what is ours. */
export function redisArguments(at: { version: string; port: number; data: string }, others: RedisSettings): string[] {
  const ours = { ...OURS, ...(Number.parseInt(at.version) >= 7 && SINCE_7) };
  return Object.entries({ ...ours, ...others, port: `${at.port}`, dir: at.data })
    .flatMap(([name, value]) => [`--${name}`, ...(name === "dir" ? [value] : value.split(" "))]);
}
