// Builds the connector and deploys it with wrangler; further arguments go to `wrangler deploy`.

import { spawn } from "node:child_process";

import { build } from "./build.mjs";
import { inRoot } from "./lib/places.mjs";
import { continueOnProjectNode } from "./lib/project-node.mjs";
import { toolEnv } from "./lib/run.mjs";
import { main } from "./lib/say.mjs";
import { setup } from "./setup.mjs";

await main(async () => {
  await setup();
  await continueOnProjectNode();
  await build();
  const wrangler = inRoot("node_modules", "wrangler", "bin", "wrangler.js");
  const child = spawn(process.execPath, [wrangler, "deploy", ...process.argv.slice(2)], {
    stdio: "inherit",
    env: toolEnv({ WRANGLER_SEND_METRICS: "false" }),
  });
  process.exitCode = await new Promise((resolve) => child.on("close", (code) => resolve(code ?? 1)));
});
