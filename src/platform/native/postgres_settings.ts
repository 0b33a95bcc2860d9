/**
 * How our Postgres servers are set: small, quiet, the same on every machine, and without promises about power loss.
 */

/** Settings by their names in postgresql.conf; what is given wins over what is ours. */
export type PostgresSettings = Readonly<Record<string, string>>;

const OURS: PostgresSettings = {
  listen_addresses: "127.0.0.1",
  // No socket file: the path of a temporary folder may be longer than a socket's name can be.
  unix_socket_directories: "",
  max_connections: "100",
  // A killed process leaves its pages to the kernel, so crash recovery stays meaningful; a power cut we cannot make.
  fsync: "off",
  full_page_writes: "off",
  shared_buffers: "4MB",
  jit: "off",
  autovacuum: "off",
  // Nobody reads the counts, and each session would hand in its own at its end.
  track_counts: "off",
  update_process_title: "off",
  wal_level: "minimal",
  // Both are multiples of a segment's size unless told, and ours are small.
  min_wal_size: "80MB",
  max_wal_size: "1GB",
  max_wal_senders: "0",
  // Segments of shared memory as files in the data folder, so that they go with it after a kill -9.
  dynamic_shared_memory_type: "mmap",
  // A log file per session must not grow with the errors that subjects provoke.
  log_min_messages: "fatal",
  log_min_error_statement: "panic",
  log_checkpoints: "off",
  timezone: "GMT",
  log_timezone: "GMT",
};

/** The settings as arguments of `postgres`. */
export function settingArguments(port: number, others: PostgresSettings): string[] {
  return Object.entries({ ...OURS, ...others, port: `${port}` }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
