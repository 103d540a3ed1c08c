// Builds a neighbouring release and runs the tests of rolling deployments against it.

import { continueOnProjectNode } from "./lib/project-node.mjs";
import { buildEarlier, buildLater } from "./lib/neighbour.mjs";
import { run } from "./lib/run.mjs";
import { main, say } from "./lib/say.mjs";
import { setup } from "./setup.mjs";

const USAGE = `Runs two releases side by side, in turns, and one after the other on the same disk (tests/e2e/rolling.test.mjs).

  npm run rolling                     this release and a later one, made from it
  npm run rolling -- --against REF    this release and that of a git ref
  npm run rolling -- --build          only builds the later one

It needs the bundle of this release in dist/ and the simulator: npm run e2e builds both.`;

function option(name) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

await main(async () => {
  if (process.argv.includes("--help")) return say(USAGE);
  await setup();
  await continueOnProjectNode();
  const ref = option("against");
  const bundle = ref === undefined ? await buildLater() : await buildEarlier(ref);
  say(`   ${bundle}`);
  if (process.argv.includes("--build")) return;
  const args = ["--disable-warning=ExperimentalWarning", "--test", "--test-reporter=spec", "tests/e2e/rolling.test.mjs"];
  const kind = ref === undefined ? "later" : "earlier";
  const done = await run(process.execPath, args, { stream: true, env: { NEIGHBOUR: bundle, NEIGHBOUR_IS: kind } });
  process.exit(done.code);
});
