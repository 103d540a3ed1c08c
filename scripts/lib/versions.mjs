// The versions that the project's own files pin: nothing here is written twice.

import { readFileSync } from "node:fs";

import { inRoot } from "./places.mjs";
import { Problem } from "./say.mjs";

/** The version of a crate in Cargo.lock. */
export function lockedCrate(name) {
  const lock = readFileSync(inRoot("Cargo.lock"), "utf8");
  const found = lock.match(new RegExp(`\\[\\[package\\]\\]\\nname = "${name}"\\nversion = "([^"]+)"`));
  if (!found) throw new Problem(`Cargo.lock names no crate "${name}", so the matching build tool cannot be chosen.`);
  return found[1];
}

/** The Rust toolchain of rust-toolchain.toml. */
export function toolchain() {
  const found = readFileSync(inRoot("rust-toolchain.toml"), "utf8").match(/^channel\s*=\s*"([^"]+)"/m);
  if (!found) throw new Problem("rust-toolchain.toml names no channel.");
  return found[1];
}

/** The Node version of package.json: the one that the project's scripts run on. */
export function nodeVersion() {
  return JSON.parse(readFileSync(inRoot("package.json"), "utf8")).devDependencies.node;
}
