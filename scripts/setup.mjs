// Installs what is missing for building, running and testing the connector. A second run takes a moment.
// Runs on any Node from 18 on, and needs nothing but Node, npm and rustup.

import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { withLock } from "./lib/lock.mjs";
import { BIN, ROOT, TOOLS, inRoot } from "./lib/places.mjs";
import { projectNode } from "./lib/project-node.mjs";
import { lastLines, looksOffline, run, runLong } from "./lib/run.mjs";
import { Problem, isMain, main, say } from "./lib/say.mjs";
import { lockedCrate, toolchain } from "./lib/versions.mjs";

const WASM = "wasm32-unknown-unknown";

/** The two build tools that come from the crate registry, in the versions that fit Cargo.lock. */
function crateTools() {
  return [
    {
      crate: "worker-build",
      binary: "worker-build",
      version: lockedCrate("worker"),
      options: ["--locked"],
      takes: "four minutes or more",
    },
    {
      crate: "wasm-bindgen-cli",
      binary: "wasm-bindgen",
      version: lockedCrate("wasm-bindgen"),
      // Its own lock file may name versions that a registry copy does not hold.
      options: ["--no-default-features"],
      takes: "two minutes or more",
    },
  ].map((tool) => ({ ...tool, folder: join(TOOLS, `${tool.crate}-${tool.version}`) }));
}

const binaryOf = (tool) => join(tool.folder, "bin", tool.binary);

/** What the build needs, as the environment variables that keep worker-build from downloading anything. */
export function buildTools() {
  const [workerBuild, wasmBindgen] = crateTools();
  return {
    workerBuild: binaryOf(workerBuild),
    env: {
      WASM_BINDGEN_BIN: binaryOf(wasmBindgen),
      WASM_OPT_BIN: join(BIN, "wasm-opt"),
      ESBUILD_BIN: join(BIN, "esbuild"),
    },
  };
}

async function sysroot() {
  const asked = await run("rustup", ["run", toolchain(), "rustc", "--print", "sysroot"]);
  return asked.code === 0 ? asked.output.trim().split("\n").pop() : null;
}

/** What of the toolchain is missing: the whole of it, components, the wasm target. */
async function missingRust() {
  const root = await sysroot();
  if (root === null) return ["toolchain"];
  const missing = [];
  if (!existsSync(join(root, "bin", "cargo-clippy"))) missing.push("clippy");
  if (!existsSync(join(root, "bin", "rustfmt"))) missing.push("rustfmt");
  if (!existsSync(join(root, "lib", "rustlib", WASM, "lib"))) missing.push("target");
  return missing;
}

async function installRust(missing) {
  const version = toolchain();
  const install = async (what, args) => {
    say(`Installing ${what} with rustup.`);
    const done = await runLong("rustup", args);
    if (done.code !== 0) throw failed(what, "the Rust project's download site", done.output);
  };
  if (missing.includes("toolchain")) {
    await install(`Rust ${version}`, ["toolchain", "install", version, "--profile", "minimal", "--no-self-update"]);
    missing = await missingRust();
  }
  for (const component of missing.filter((part) => part === "clippy" || part === "rustfmt")) {
    await install(component, ["component", "add", component, "--toolchain", version]);
  }
  if (missing.includes("target")) {
    await install(`Rust's ${WASM} target`, ["target", "add", WASM, "--toolchain", version]);
  }
}

const packagesStamp = inRoot("node_modules", ".installed-from");
const packagesWanted = () => createHash("sha256").update(readFileSync(inRoot("package-lock.json"))).digest("hex");

function packagesMissing() {
  return !existsSync(packagesStamp) || readFileSync(packagesStamp, "utf8") !== packagesWanted();
}

async function installPackages() {
  const folder = inRoot("node_modules");
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) {
    // npm ci would empty the folder that it leads to.
    throw new Problem(`${folder} is a link to another folder, whose packages npm would delete. Remove the link, then run the same command again.`);
  }
  say("Installing the npm packages of package-lock.json (about half a minute).");
  const done = await runLong("npm", ["ci", "--no-audit", "--no-fund"]);
  if (done.code !== 0) throw failed("the npm packages", "the npm registry", done.output);
  if (projectNode() === null) {
    // npm may be set not to run install scripts; this one brings the Node binary for this machine.
    const cwd = inRoot("node_modules", "node");
    await runLong(process.execPath, ["installArchSpecificPackage.js"], { cwd });
  }
  writeFileSync(packagesStamp, packagesWanted());
}

async function toolMissing(tool) {
  if (!existsSync(binaryOf(tool))) return true;
  const asked = await run(binaryOf(tool), ["--version"]);
  return asked.code !== 0 || !asked.output.includes(tool.version);
}

async function installTool(tool) {
  say(`Building ${tool.crate} ${tool.version} (once; ${tool.takes} of compiling).`);
  mkdirSync(TOOLS, { recursive: true });
  // Built beside its place and moved there when whole: an interrupted run leaves no half of a tool.
  // The compiled parts stay until then, so that the next run goes on where this one was cut off.
  const building = `${tool.folder}.building`;
  rmSync(join(building, "root"), { recursive: true, force: true });
  const done = await runLong(
    "cargo",
    ["install", `${tool.crate}@${tool.version}`, ...tool.options, "--root", join(building, "root")],
    { env: { CARGO_TARGET_DIR: join(building, "target") } },
  );
  if (done.code !== 0) throw failed(`${tool.crate} ${tool.version}`, "the crate registry", done.output);
  rmSync(tool.folder, { recursive: true, force: true });
  renameSync(join(building, "root"), tool.folder);
  rmSync(building, { recursive: true, force: true });
  if (await toolMissing(tool)) {
    throw new Problem(`${tool.crate} was built, but ${binaryOf(tool)} does not say that it is ${tool.version}.`);
  }
  say(`   done in ${done.seconds} s`);
}

function failed(what, from, output) {
  const why = looksOffline(output)
    ? `Reason: ${from} could not be reached. Check the network (and any proxy), then run the same command again: it goes on where it stopped.`
    : /openssl-sys|pkg-config/.test(output)
      ? "It needs OpenSSL's headers (Debian: apt-get install pkg-config libssl-dev; macOS: brew install pkg-config openssl)."
      : "Its last lines are above.";
  const shown = output.split("\n").filter((line) => !line.includes("EBADENGINE")).join("\n");
  return new Problem(`${lastLines(shown)}\n\nThis could not be installed: ${what}. ${why}`);
}

async function requirePrograms() {
  const programs = [
    ["rustup", "Install rustup, which brings Rust's compiler and cargo: https://rustup.rs"],
    ["npm", "Install Node (18 or newer), which brings npm: https://nodejs.org"],
  ];
  const asked = await Promise.all(programs.map(([name]) => run(name, ["--version"])));
  const missing = programs.filter((_, at) => asked[at].code !== 0);
  if (missing.length === 0) return;
  throw new Problem(missing.map(([name, advice]) => `"${name}" was not found. ${advice}`).join("\n"));
}

/** Everything that is missing, looked up at once. */
async function lookAround() {
  const [rust, ...tools] = await Promise.all([
    missingRust(),
    ...crateTools().map(async (tool) => ((await toolMissing(tool)) ? tool : null)),
  ]);
  return { rust, packages: packagesMissing(), tools: tools.filter(Boolean) };
}

const complete = (missing) => missing.rust.length === 0 && !missing.packages && missing.tools.length === 0;

export async function setup() {
  // Set when a script goes on in another Node, after its setup.
  if (process.env.CONNECTOR_SETUP_DONE === "1") return;
  await requirePrograms();
  if (complete(await lookAround())) return;
  await withLock(join(TOOLS, "setup.lock"), async () => {
    // Looked up again: another run may have installed it while this one waited.
    const missing = await lookAround();
    if (complete(missing)) return;
    say(`Setting up in ${ROOT}. This happens once; what is there already stays.`);
    if (missing.rust.length > 0) await installRust(missing.rust);
    if (missing.packages) await installPackages();
    for (const tool of missing.tools) await installTool(tool);
    say("Everything that the build needs is installed.");
  });
}

if (isMain(import.meta.url)) {
  await main(async () => {
    await setup();
    say("Ready: npm start runs the connector with the simulator, npm test tests it.");
  });
}
