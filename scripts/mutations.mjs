// `npm run mutations`: makes each deliberate mistake of `histories/mutations.mjs` in a copy of the tree, and says which history
// found it. A mistake that none finds, or whose text is no longer there, is a failure.

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { MUTATIONS, SHORT } from "../histories/mutations.mjs";
import { HISTORIES, historiesBinary } from "./lib/histories.mjs";
import { inRoot } from "./lib/places.mjs";
import { lastLines, run, runLong } from "./lib/run.mjs";
import { Problem, heading, main, say } from "./lib/say.mjs";

const USAGE = `Makes deliberate mistakes, which the histories must find.

  npm run mutations                    all of them
  npm run mutations -- --only A,B      these
  npm run mutations -- --short         ${SHORT.join(", ")}
  npm run mutations -- --seeds N       histories for each (default 6000)`;

/** Everything that cargo needs to build the histories. Only what changed is written, so that cargo builds only that anew. */
const COPIED = ["Cargo.toml", "Cargo.lock", "clippy.toml", "rust-toolchain.toml", "src", "histories", "simulator", "cli"];
const TREE = inRoot("target", "mutations", "tree");
/** Of its own, so that no binary with a mistake in it stands where the real one is looked for. */
const TARGET = inRoot("target", "mutations", "build");

function copyTree() {
  rmSync(TREE, { recursive: true, force: true });
  mkdirSync(TREE, { recursive: true });
  for (const name of COPIED) cpSync(inRoot(name), join(TREE, name), { recursive: true, preserveTimestamps: true });
  // The copy is a workspace of its own; members that the histories do not need may stand outside it.
  const manifest = readFileSync(join(TREE, "Cargo.toml"), "utf8");
  writeFileSync(join(TREE, "Cargo.toml"), manifest.replace(/^members = .*$/m, 'members = ["simulator", "cli", "histories"]'));
}

/** Makes the edits; answers how to undo them. */
function mutate({ name, edits }) {
  const before = new Map();
  for (const { file, find, replace } of edits) {
    const path = join(TREE, file);
    const text = readFileSync(path, "utf8");
    if (text.split(find).length !== 2) {
      for (const [changed, original] of before) writeFileSync(changed, original);
      throw new Problem(`"${name}": its text stands ${text.split(find).length - 1} times in ${file}, not once:\n${find}`);
    }
    if (!before.has(path)) before.set(path, text);
    writeFileSync(path, text.replace(find, () => replace));
  }
  return () => {
    for (const [path, text] of before) writeFileSync(path, text);
  };
}

async function found(mutation, seeds) {
  const undo = mutate(mutation);
  try {
    const built = await runLong("cargo", ["build", ...HISTORIES, "--target-dir", TARGET], { cwd: TREE });
    if (built.code !== 0) return { error: `it does not compile:\n${lastLines(built.output, 40)}` };
    const done = await run(historiesBinary(TARGET), ["--seeds", String(seeds), "--any-path"]);
    const first = done.output.match(/^seed (\d+) breaks "([^"]+)"/m);
    return first ? { seed: Number(first[1]), check: first[2] } : { error: `no history finds it:\n${lastLines(done.output, 5)}` };
  } finally {
    undo();
  }
}

function option(name) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

await main(async () => {
  if (process.argv.includes("--help")) return say(USAGE);
  const only = option("only");
  const short = process.argv.includes("--short");
  const chosen = MUTATIONS.filter(({ name }) => (only ? only.split(",").includes(name) : !short || SHORT.includes(name)));
  if (chosen.length === 0) throw new Problem(`There is no mutation "${only}". There are: ${MUTATIONS.map(({ name }) => name).join(", ")}.`);
  const seeds = Number(option("seeds") ?? 6000);

  copyTree();
  const rows = [];
  for (const mutation of chosen) {
    heading(`${mutation.name}: ${mutation.why}`);
    let result;
    try {
      result = await found(mutation, seeds);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      result = { error: error.message };
    }
    say(result.error ?? `found by seed ${result.seed}: "${result.check}"`);
    rows.push({ name: mutation.name, ...result });
  }

  heading("results");
  for (const { name, seed, check, error } of rows) {
    say(error ? `NOT FOUND  ${name}` : `           ${name.padEnd(32)} seed ${String(seed).padStart(5)}  ${check}`);
  }
  const failed = rows.filter(({ error }) => error).length;
  say();
  say(`mutations: ${rows.length - failed} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
});
