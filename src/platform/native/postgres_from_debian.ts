/**
 * Postgres out of Debian's or Ubuntu's packages: the server of whichever version the distribution has as its own.
 */
import { fromDebian } from "./debian_packages.ts";
import type { Source } from "./program.ts";

/** The source; works where apt-get and dpkg-deb are. */
export function postgresFromDebian(): Source {
  return fromDebian(async (aptCache) => {
    const server = /Depends: (postgresql-\d+)/.exec(await aptCache("depends", "postgresql"))?.[1];
    if (server === undefined) throw new Error("apt knows no package postgresql");
    return { names: [server], bin: `usr/lib/postgresql/${server.slice("postgresql-".length)}/bin` };
  });
}
