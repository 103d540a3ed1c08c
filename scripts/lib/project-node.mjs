// wrangler needs Node 22. The npm package `node` brings it, whatever Node the machine has.

import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";

import { BIN } from "./places.mjs";
import { toolEnv } from "./run.mjs";
import { Problem } from "./say.mjs";
import { nodeVersion } from "./versions.mjs";

const OLDEST = 22;

const major = (version) => Number(version.replace(/^v/, "").split(".")[0]);

/** The version that the project's own Node says it is, or null where it does not run. */
export function projectNode() {
  const asked = spawnSync(join(BIN, "node"), ["--version"], { encoding: "utf8" });
  return asked.status === 0 ? asked.stdout.trim().replace(/^v/, "") : null;
}

/**
 * Goes on in the project's Node. Returns at once when this is it (or is new enough, where the project's own cannot
 * run here); otherwise runs the same script there, passes signals on, and ends with its exit code.
 */
export async function continueOnProjectNode() {
  if (process.versions.node === nodeVersion()) return;
  if (projectNode() === null) {
    if (major(process.versions.node) >= OLDEST) return;
    throw new Problem(
      `This needs Node ${OLDEST} or newer; this is ${process.version}, and the copy that npm installs does not run here. ` +
        `Install Node ${OLDEST} and try again.`,
    );
  }
  const child = spawn(join(BIN, "node"), process.argv.slice(1), {
    stdio: "inherit",
    env: toolEnv({ CONNECTOR_SETUP_DONE: "1" }),
  });
  process.removeAllListeners("SIGINT");
  process.removeAllListeners("SIGTERM");
  process.removeAllListeners("SIGHUP");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  const code = await new Promise((resolve) => child.on("close", (status) => resolve(status ?? 1)));
  process.exit(code);
}
