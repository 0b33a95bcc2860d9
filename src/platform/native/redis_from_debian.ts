/**
 * Redis out of Debian's or Ubuntu's packages, or Valkey where a distribution has that instead.
 *
 * The server's package holds no more than a link; the program itself is in the package of the tools.
 */
import { fromDebian } from "./debian_packages.ts";
import type { Source } from "./program.ts";

const PRODUCTS = ["redis", "valkey"];

/** The source; works where apt-get and dpkg-deb are. */
export function redisFromDebian(): Source {
  return fromDebian(async (aptCache) => {
    for (const product of PRODUCTS) {
      const names = [`${product}-server`, `${product}-tools`];
      // One line a version that can be had, and nothing for a package that is only known by name.
      const known = await aptCache("madison", ...names);
      if (names.every((name) => new RegExp(`^\\s*${name} \\|`, "m").test(known))) return { names, bin: "usr/bin" };
    }
    throw new Error("apt knows no package redis-server or valkey-server");
  });
}
