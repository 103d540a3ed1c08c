// The connector on workerd with its disk, killed again and again under load, and what else it has to bear. At the end what
// people and agents have seen is compared with what was sent.

import { writeFileSync } from "node:fs";

import { continueOnProjectNode } from "./lib/project-node.mjs";
import { Problem, main, say } from "./lib/say.mjs";
import { buildSimulator } from "./lib/simulator.mjs";
import { build } from "./build.mjs";
import { bundle } from "./lib/bundle.mjs";
import { setup } from "./setup.mjs";

const USAGE = `Kills the connector again and again under load, and judges what came of it.

  npm run crash                          all of the below
  npm run crash -- --kills 200           kill -9 so many times, while everybody talks in both directions
                   --consumers 24        half by SMS, half by the app
                   --minutes 5           at least for so long
                   --outage-minutes 2    how long LiveEngage stays unreachable in that scenario
                   --seed 1              the same delays and disturbances again
                   --only kills          one scenario: kills, outage, fails, slow, hangs, evicted
                   --report FILE         writes the table there too`;

/** For what is left at the end of a long run (ms). */
const PATIENCE = 900_000;

function option(name, usual) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? usual : process.argv[at + 1];
}

function count(name, usual) {
  const number = Number(option(name, usual));
  if (!Number.isFinite(number) || number < 0) throw new Problem(`--${name} must be a number.`);
  return number;
}

function table(results) {
  const head = ["", "kills", "sent", "delivered", "dead letters", "doubled, all of them unknown", "violations"];
  const row = ({ name, kills, sent, delivered, deadLetters, doubled, violations }) =>
    [name, kills, sent, delivered, deadLetters, doubled, violations.length].join(" | ");
  return [head.join(" | "), head.map(() => "---").join(" | "), ...results.map(row)].map((line) => `| ${line} |`).join("\n");
}

function toldOfOthers(results) {
  const measured = results.filter(({ others }) => others);
  return measured.map(({ name, others }) => {
    const ratio = (others.during / Math.max(1, others.before)).toFixed(1);
    return `${name}: ${others.texts} texts to the others, ${ratio} times the usual time (median ${others.during} ms; ${others.before} ms before), at most ${others.slowest} ms`;
  });
}

await main(async () => {
  if (process.argv.includes("--help")) return say(USAGE);
  await setup();
  await continueOnProjectNode();
  await buildSimulator();
  await build();
  if ((await bundle()).code !== 0) throw new Problem("The connector could not be bundled: npm test says why.");

  const { dice, seedOf } = await import("../tests/e2e/support/dice.mjs");
  const { startWorld } = await import("../tests/e2e/support/harness.mjs");
  const { evicted, killed, onePlatform, unreachable } = await import("../tests/e2e/support/hardships.mjs");
  const random = dice(seedOf(option("seed")));
  const consumers = count("consumers", 24);
  const kills = count("kills", 200);
  const seconds = Math.round(60 * count("outage-minutes", 2));
  const onKill = (done) => done % 20 === 0 && say(`   ${done} kills`);
  const scenarios = {
    kills: (world) => killed(world, random, { consumers, kills, minutes: count("minutes", 0), disturbed: true, patience: PATIENCE, onKill }),
    outage: (world) => unreachable(world, { consumers, seconds, kills: 6, patience: PATIENCE }),
    fails: (world) => onePlatform(world, "fails", { consumers, count: 20 }),
    slow: (world) => onePlatform(world, "is slow", { consumers, count: 20 }),
    hangs: (world) => onePlatform(world, "does not answer", { consumers, count: 20 }),
    evicted,
  };
  const only = option("only");
  if (only !== undefined && !scenarios[only]) throw new Problem(`There is no scenario "${only}". There are: ${Object.keys(scenarios).join(", ")}.`);
  say(`seed ${random.seed}`);

  const results = [];
  for (const [name, hardship] of Object.entries(scenarios)) {
    if (only !== undefined && only !== name) continue;
    const started = Date.now();
    const world = await startWorld({ app: true });
    try {
      const result = await hardship(world);
      results.push(result);
      say(`${result.name}: ${result.violations.length} violations (${Math.round((Date.now() - started) / 1000)} s)`);
      for (const violation of result.violations) say(`   ${violation}`);
    } finally {
      await world.stop();
    }
  }
  const report = [table(results), "", ...toldOfOthers(results)].join("\n");
  say(`\n${report}\n\nseed ${random.seed}`);
  const file = option("report");
  if (file !== undefined) writeFileSync(file, `${report}\n\nseed ${random.seed}\n`);
  process.exit(results.some(({ violations }) => violations.length > 0) ? 1 : 0);
});
