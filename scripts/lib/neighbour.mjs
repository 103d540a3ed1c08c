// A neighbouring release, built beside this one: what runs together with it while a deployment spreads, or took its place
// in a roll-back. A later release is made from this working tree by replacements in its sources
// (tests/neighbour/later-release.mjs); an earlier one comes from a git ref.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

import { ROOT, inRoot } from "./places.mjs";
import { lastLines, run, runLong } from "./run.mjs";
import { Problem, say } from "./say.mjs";

const FOLDER = inRoot(".neighbours");
/** No part of a release's sources. */
const LEFT_OUT = new Set([".git", ".neighbours", "node_modules", "target", "build", "dist", ".tools", ".wrangler", ".dev.vars"]);

/** The sources of the working tree: `path -> bytes`. */
function workingTree(folder = ROOT) {
  const files = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !LEFT_OUT.has(name));
  return files.flatMap((file) => {
    const path = join(folder, file.name);
    if (file.isDirectory()) return workingTree(path);
    return file.isFile() ? [[relative(ROOT, path), readFileSync(path)]] : [];
  });
}

/** The sources of a git ref. */
function sourcesOf(ref) {
  const git = (...args) => execFileSync("git", args, { cwd: ROOT, maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] });
  try {
    const paths = git("ls-tree", "-r", "-z", "--name-only", ref).toString().split("\0").filter(Boolean);
    return paths.map((path) => [path, git("show", `${ref}:${path}`)]);
  } catch (error) {
    throw new Problem(`"${ref}" cannot be read from this repository's history: ${error.message}`);
  }
}

/** The working tree with each replacement made; one that does not fit exactly once is named. */
export function replaced(sources, replacements) {
  const files = new Map(sources);
  for (const { file, find, put } of replacements) {
    const text = files.get(file)?.toString();
    const found = text === undefined ? 0 : text.split(find).length - 1;
    if (found !== 1) {
      throw new Problem(
        `tests/neighbour/later-release.mjs has a replacement in ${file} that fits ${found} times instead of once:\n${find}`,
      );
    }
    // A function, so that no character of it has a special meaning.
    files.set(file, Buffer.from(text.replace(find, () => put)));
  }
  return [...files];
}

/** Writes what differs and deletes what is gone, so that cargo sees no more changes than there are. */
function lay(folder, sources) {
  const manifest = join(folder, ".sources");
  const before = existsSync(manifest) ? readFileSync(manifest, "utf8").split("\n") : [];
  const paths = new Set(sources.map(([path]) => path));
  for (const path of before) if (path !== "" && !paths.has(path)) rmSync(join(folder, path), { force: true });
  for (const [path, bytes] of sources) {
    const target = join(folder, path);
    if (existsSync(target) && readFileSync(target).equals(bytes)) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
  writeFileSync(manifest, [...paths].join("\n"));
  const packages = join(folder, "node_modules");
  if (!existsSync(packages)) symlinkSync(inRoot("node_modules"), packages, "dir");
}

/** Builds a release from its sources with its own build script; answers its bundle. */
async function build(name, sources) {
  const folder = join(FOLDER, name);
  lay(folder, sources);
  const env = {
    CARGO_TARGET_DIR: process.env.CARGO_TARGET_DIR || inRoot("target"),
    CONNECTOR_TOOLS_DIR: process.env.CONNECTOR_TOOLS_DIR || inRoot(".tools"),
    // The packages are this release's: a setup of its own would replace them.
    CONNECTOR_SETUP_DONE: "1",
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    WRANGLER_SEND_METRICS: "false",
  };
  const built = await runLong(process.execPath, ["scripts/build.mjs"], { cwd: folder, env });
  if (built.code !== 0) throw new Problem(`${lastLines(built.output, 60)}\n\nThe release "${name}" could not be built.`);
  rmSync(join(folder, "dist"), { recursive: true, force: true });
  const wrangler = inRoot("node_modules", "wrangler", "bin", "wrangler.js");
  const bundled = await run(process.execPath, [wrangler, "deploy", "--dry-run", "--outdir", "dist"], { cwd: folder, env });
  if (bundled.code !== 0) throw new Problem(`${lastLines(bundled.output)}\n\nThe release "${name}" could not be bundled.`);
  return join(folder, "dist");
}

/** The bundle of a later release than this one. */
export async function buildLater() {
  const { replacements } = await import("../../tests/neighbour/later-release.mjs");
  say("Building the later release: this one, with tests/neighbour/later-release.mjs.");
  return build("later", replaced(workingTree(), replacements));
}

/** The bundle of an earlier release. */
export async function buildEarlier(ref) {
  say(`Building the release of ${ref}.`);
  return build(`at-${ref.replace(/[^\w.-]/g, "_")}`, sourcesOf(ref));
}
