// Builds the connector's wasm into build/, unless nothing that goes into it has changed since the last time.
// wrangler runs this by itself (wrangler.toml, [build]).

import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { ROOT, inRoot } from "./lib/places.mjs";
import { lastLines, runLong } from "./lib/run.mjs";
import { Problem, isMain, main, say } from "./lib/say.mjs";
import { buildTools, setup } from "./setup.mjs";

const INPUTS = ["src", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml", ".cargo/config.toml", "scripts/build.mjs"];
const OUTPUTS = ["build/index.js", "build/index_bg.wasm"];
const stamp = inRoot("build", ".built-from");

function filesIn(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).sort().flatMap((name) => filesIn(join(path, name)));
}

/** One value for the content of everything that goes into the build. */
function fingerprint() {
  const hash = createHash("sha256");
  for (const file of INPUTS.flatMap((input) => filesIn(inRoot(input)))) {
    hash.update(file.slice(ROOT.length)).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}

function upToDate(wanted) {
  return (
    OUTPUTS.every((file) => existsSync(inRoot(file))) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted
  );
}

/** Answers whether anything had to be built. */
export async function build() {
  // Taken before the build starts: what is edited meanwhile is built the next time.
  const wanted = fingerprint();
  if (upToDate(wanted)) return false;
  await setup();
  say("Building the connector (Rust to wasm; the first time takes a minute or two).");
  rmSync(stamp, { force: true });
  const tools = buildTools();
  // A sender that hangs up early must not cancel the storing of what it sent.
  const env = { ...tools.env, RUN_TO_COMPLETION: "1" };
  const done = await runLong(tools.workerBuild, ["--release"], { env });
  if (done.code !== 0) {
    throw new Problem(`${lastLines(done.output, 60)}\n\nThe connector could not be built: the compiler's words are above.`);
  }
  writeFileSync(stamp, wanted);
  say(`   done in ${done.seconds} s`);
  return true;
}

if (isMain(import.meta.url)) {
  await main(async () => {
    if (!(await build())) say("The connector is built already: nothing has changed since.");
  });
}
