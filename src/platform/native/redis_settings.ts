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
  // For faults that make it load for long or spend its memory.
  "enable-debug-command": "local",
  // The command line keeps the session's folder in it, by which people find out whose process this is.
  "set-proc-title": "no",
};

/** The settings as arguments of `redis-server`; what is given wins over what is ours. */
export function redisArguments(at: { port: number; data: string }, others: RedisSettings): string[] {
  return Object.entries({ ...OURS, ...others, port: `${at.port}`, dir: at.data })
    .flatMap(([name, value]) => [`--${name}`, ...(name === "dir" ? [value] : value.split(" "))]);
}

/** What the file of its users begins with: it has to name the user that a password alone stands for. */
export function usersAtFirst({ requirepass }: RedisSettings): string {
  return `user default on ${requirepass ? `>${requirepass}` : "nopass"} ~* &* +@all\n`;
}
