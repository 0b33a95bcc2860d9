/**
 * The house rules that a machine can see: who may import whom, a comment on every module, sizes, names, and that nothing of
 * the place where it was built is in the repository. A new folder below src needs its row in `arrows`.
 */

import assert from "node:assert/strict";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Folder to the folders that it may import. Tests and `testing` may import anything. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  "src/core": [],
  "src/engine": ["src/core"],
  "src/strategies": ["src/core"],
  "src/wire": ["src/core"],
  "src/platform": ["src/wire", "src/core"],
  "src/faults": ["src/core"],
  "src/properties": ["src/core"],
  "src/panels": ["src/core"],
  "src/subjects": ["src/reference", "src/core"],
  "src/reference": [],
  "src/cli": ["src/engine", "src/strategies", "src/platform", "src/panels", "src/core"],
  "src/main.ts": ["src/cli", "src/engine", "src/strategies", "src/platform", "src/panels", "src/core"],
  "src/mod.ts": ["src/core", "src/reference"],
  "src/bench": [
    "src/engine",
    "src/strategies",
    "src/platform",
    "src/core",
    "src/reference",
    "src/subjects",
    "src/cli",
    "src/testing",
  ],
  "src/testing": [],
  docs: ["src/subjects", "src/faults", "src/properties", "src/core"],
  scenarios: ["src/subjects", "src/faults", "src/properties", "src/core"],
};

const linesMax = 250;
const vagueNames = /(^|[/_])(util|utils|helper|helpers|common|types|manager|service)\.tsx?$/;

interface Source {
  readonly path: string;
  readonly text: string;
}

const sources: readonly Source[] = (await tracked()).filter((path) => /\.(ts|tsx)$/.test(path))
  .map((path) => ({ path, text: Deno.readTextFileSync(join(root, path)) }));
const own = sources.filter(({ path }) =>
  !/_test\.tsx?$/.test(path) && !path.startsWith("src/testing/") && !path.includes("/fixtures/")
);

Deno.test("an import follows one of the arrows of DESIGN section 4, and no other", () => {
  const wrong = own.flatMap(({ path, text }) =>
    importsOf(path, text).filter((target) => !allowed(path, target)).map((target) => `${path} imports ${target}`)
  );
  assert.deepEqual(wrong, []);
});

Deno.test("a part of the reference imports its own folder, errors.ts and redis.ts only, so that it can be copied out", () => {
  const parts = own.filter(({ path }) =>
    path.startsWith("src/reference/") && !path.startsWith("src/reference/flawed/")
  );
  const shared = ["src/reference/errors.ts", "src/reference/redis.ts"];
  const wrong = parts.flatMap(({ path, text }) =>
    importsOf(path, text).filter((target) => !shared.includes(target) && dirname(target) !== dirname(path))
      .map((target) => `${path} imports ${target}`)
  );
  assert.deepEqual(wrong, []);
});

Deno.test("every file begins with a comment that says what it is", () => {
  const bare = sources.filter(({ text }) => !/^(#!.*\n)?\/\*\*[\s\S]{20,}?\*\//.test(text)).map(({ path }) => path);
  assert.deepEqual(bare, []);
});

Deno.test(`no file is longer than ${linesMax} lines`, () => {
  const long = sources.map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
    .filter(({ lines }) => lines > linesMax).map(({ path, lines }) => `${path}: ${lines}`);
  assert.deepEqual(long, []);
});

Deno.test("files have names that say what is in them, in snake_case", () => {
  const wrong = sources.filter(({ path }) => vagueNames.test(path) || !/^[a-z0-9_./]+$/.test(path)).map(({ path }) =>
    path
  );
  assert.deepEqual(wrong, []);
});

Deno.test("every export of the library, the engine and the plug-ins has a sentence", () => {
  const bare = own.flatMap(({ path, text }) => undocumented(text).map((name) => `${path}: ${name}`));
  assert.deepEqual(bare, []);
});

Deno.test("no contract says any, and no checker is silenced", () => {
  const silenced = own.flatMap(({ path, text }) =>
    text.split("\n").filter((line, i, all) =>
      !/^\s*(\/?\*|\/\/)/.test(line) && /: any\b|as any\b|@ts-ignore|@ts-nocheck|deno-lint-ignore-file/.test(line) ||
      (/<any>/.test(line) && !/deno-lint-ignore .*--/.test(all[i - 1] ?? ""))
    ).map((line) => `${path}: ${line.trim()}`)
  );
  assert.deepEqual(silenced, []);
});

Deno.test("no error is swallowed without a word on why", () => {
  const swallowed = own.flatMap(({ path, text }) =>
    text.split("\n").filter((line) =>
      /catch *(\([^)]*\))? *\{ *\}|\.catch\(\(\) *=> *(\{\}|undefined|null|void 0)\)(?!.*\/\/)/.test(line)
    )
      .map((line) => `${path}: ${line.trim()}`)
  );
  assert.deepEqual(swallowed, []);
});

Deno.test("a lock file carries no download address", async () => {
  const locks = (await tracked()).filter((path) => /lock/.test(path) && path.endsWith(".lock"));
  const wrong = locks.filter((path) => /"(resolved|tarball)": *"https?:/.test(Deno.readTextFileSync(join(root, path))));
  assert.deepEqual(wrong, []);
});

Deno.test("no tracked file holds the path of this checkout or of a home folder", async () => {
  const home = Deno.env.get("HOME") ?? "/root";
  const wrong: string[] = [];
  for (const path of await tracked()) {
    if (/\.(png|ico)$/.test(path)) continue;
    const text = await Deno.readTextFile(join(root, path));
    const ofHome = new RegExp(`(?<![\\w$}./-])${home}/`);
    if (text.includes(root) || (home.length > 4 && ofHome.test(text))) wrong.push(path);
  }
  assert.deepEqual(wrong, []);
});

function allowed(path: string, target: string): boolean {
  const from = folderOf(path);
  const to = folderOf(target);
  if (from === to || target === "deno.json") return true;
  return arrows[from]?.includes(to) ?? false;
}

/** The row of `arrows` that a file belongs to. */
function folderOf(path: string): string {
  const rows = Object.keys(arrows);
  return rows.find((row) => path === row) ?? rows.find((row) => path.startsWith(`${row}/`)) ?? path;
}

/** What a file imports of ours, as paths from the root. */
function importsOf(path: string, text: string): readonly string[] {
  const found = text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^;]*?from\s+"(\.[^"]+)"|import\("(\.[^"]+)"\)/g);
  return [...found].map((match) => normalize(join(dirname(path), (match[1] ?? match[2])!)));
}

/** Exports at the beginning of a line that no comment stands directly above of. */
function undocumented(text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.flatMap((line, i) => {
    const name = /^export (?:default )?(?:async )?(?:abstract )?(?:const|function\*?|class|interface|type) (\w+)/.exec(
      line,
    )?.[1];
    const documented = /(\*\/|deno-lint-ignore)/.test(lines[i - 1] ?? "");
    return name && !documented ? [name] : [];
  });
}

async function tracked(): Promise<readonly string[]> {
  const { stdout } = await new Deno.Command("git", { args: ["ls-files", "-co", "--exclude-standard"], cwd: root })
    .output();
  return new TextDecoder().decode(stdout).split("\n").filter((path) => path !== "" && exists(path)).map((path) =>
    relative(".", path)
  );
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(join(root, path));
    return true;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return false; // deleted, and not committed yet
    throw cause;
  }
}
