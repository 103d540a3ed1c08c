// The simulator: built by cargo, started as a child that says where it listens.

import { existsSync } from "node:fs";
import { join } from "node:path";

import { inRoot } from "./places.mjs";
import { lastLines, runLong } from "./run.mjs";
import { Problem, say } from "./say.mjs";

export const LISTENING = /simulator listening on (http:\/\/\S+)/;

export function simulatorBinary() {
  const target = process.env.CARGO_TARGET_DIR || inRoot("target");
  return join(target, "debug", process.platform === "win32" ? "simulator.exe" : "simulator");
}

/** Builds it (cargo knows whether there is anything to do) and answers where it is. */
export async function buildSimulator() {
  if (!existsSync(simulatorBinary())) say("Building the simulator (the first time takes about a minute).");
  const done = await runLong("cargo", ["build", "--package", "liveengage-simulator", "--bin", "simulator"]);
  if (done.code !== 0) {
    throw new Problem(`${lastLines(done.output, 60)}\n\nThe simulator could not be built: the compiler's words are above.`);
  }
  return simulatorBinary();
}
