// Where things are.

import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = resolve(fileURLToPath(new URL("../..", import.meta.url)));
export const BIN = join(ROOT, "node_modules", ".bin");
export const TOOLS = resolve(ROOT, process.env.CONNECTOR_TOOLS_DIR || ".tools");
/** What the local run leaves behind: state, logs. Ignored by git. */
export const LOCAL = join(ROOT, ".wrangler");

export function inRoot(...parts) {
  return join(ROOT, ...parts);
}
