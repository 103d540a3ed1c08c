// What wrangler would deploy, as files in dist/: `wrangler deploy --dry-run`.

import { rmSync } from "node:fs";

import { inRoot } from "./places.mjs";
import { run } from "./run.mjs";

export async function bundle({ stream = false } = {}) {
  // The wasm module's name carries its hash: without this, old ones would pile up.
  rmSync(inRoot("dist"), { recursive: true, force: true });
  const wrangler = inRoot("node_modules", "wrangler", "bin", "wrangler.js");
  return run(process.execPath, [wrangler, "deploy", "--dry-run", "--outdir", "dist"], {
    stream,
    env: { CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_SEND_METRICS: "false" },
  });
}
