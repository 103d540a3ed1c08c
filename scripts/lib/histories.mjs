// The histories: how cargo builds them, and where they are then.

import { join } from "node:path";

import { inRoot } from "./places.mjs";

/** Arguments of `cargo build` and `cargo run`. */
export const HISTORIES = ["--profile", "histories", "--package", "histories"];

export function historiesBinary(target = process.env.CARGO_TARGET_DIR || inRoot("target")) {
  return join(target, "histories", process.platform === "win32" ? "histories.exe" : "histories");
}
