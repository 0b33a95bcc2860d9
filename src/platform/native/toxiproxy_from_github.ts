/**
 * Toxiproxy out of its project's release on GitHub, believed only when it has the sum that is pinned here.
 *
 * The sums were taken from two independent lists of packagers (Hermit's packages and a managed-tools table), which agree.
 * A platform that is not in the table has no pinned sum, and so no download.
 */
import type { Asked, Filled, Source } from "./program.ts";
import { runProgram } from "./run_program.ts";
import { reasonOf } from "./stack_error.ts";
import { TOXIPROXY_VERSION } from "./toxiproxy_from_go.ts";

const DEADLINE_MS = 300_000;
const ARCHIVE_BYTES_MAX = 50_000_000;

/** An archive to download: where, and the SHA-256 that it must have, in lower-case hexadecimals. */
export interface Release {
  readonly url: string;
  readonly sha256: string;
}

const SUMS: Readonly<Record<string, string>> = {
  linux_amd64: "65e042d3fc2290c099527bc506446a6fd863a09f113b8944b636ece70221c2b3",
  linux_arm64: "ab417dafc77ae8b54ec8461cc5da5180d0465a61dcbda86c72da72ee4ab843b7",
  darwin_amd64: "52ac1f99d7204b4b523f910b791bc86318b50ef94822c79a6157606704003ced",
  darwin_arm64: "cece3905c06ad84d6b3bb4cd024c344e6466736b2a8cbaf9ef4fe45e62aba9b2",
};

/** The source; another release than the pinned one is for tests. */
export function toxiproxyFromGithub(release: Release | undefined = pinned()): Source {
  return {
    name: `GitHub release of Shopify/toxiproxy ${TOXIPROXY_VERSION}`,
    unavailable: () =>
      Promise.resolve(release ? undefined : `there is no pinned sum for ${Deno.build.os} on ${Deno.build.arch}`),
    unreachable: (signal) => unreachable(release, signal),
    fill: (folder, asked) => fill(folder, release, asked),
  };
}

function pinned(): Release | undefined {
  const platform = `${Deno.build.os}_${Deno.build.arch === "x86_64" ? "amd64" : "arm64"}`;
  const sha256 = SUMS[platform];
  const file = `toxiproxy_${TOXIPROXY_VERSION}_${platform}.tar.gz`;
  const folder = `https://github.com/Shopify/toxiproxy/releases/download/v${TOXIPROXY_VERSION}`;
  return sha256 === undefined ? undefined : { url: `${folder}/${file}`, sha256 };
}

async function unreachable(release: Release | undefined, signal: AbortSignal): Promise<string | undefined> {
  if (release === undefined) return "there is no pinned sum for this platform";
  try {
    const response = await fetch(release.url, { method: "HEAD", signal });
    return response.ok ? undefined : `${release.url} answered ${response.status} ${response.statusText}`;
  } catch (error) {
    // A TypeError of fetch, the signal's reason, or NotCapable where --allow-net leaves GitHub out.
    return `${release.url}: ${reasonOf(error)}`;
  }
}

async function fill(folder: string, release: Release | undefined, asked: Asked): Promise<Filled> {
  if (release === undefined) throw new Error("there is no pinned sum for this platform");
  const bytes = await download(release.url, asked.signal);
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  if (sum !== release.sha256) throw new Error(`the download has the SHA-256 ${sum}, and not ${release.sha256}`);
  const archive = `${folder}/archive.tar.gz`;
  await Deno.mkdir(`${folder}/bin`);
  await Deno.writeFile(archive, bytes);
  const { signal } = asked;
  const args = ["-xzf", archive, "-C", `${folder}/bin`];
  const ran = await runProgram({ command: "tar", args, deadlineMs: 60_000, signal });
  if (!ran.ok) throw new Error(`tar ${ran.how}: ${ran.output}`);
  await Deno.remove(archive);
  return { bin: "bin" };
}

async function download(url: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]) });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`${url} answered ${response.status} ${response.statusText}`);
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ARCHIVE_BYTES_MAX) throw new Error(`${url} is larger than ${ARCHIVE_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
