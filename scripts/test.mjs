// `npm test`: everything that is tested here, in one go. It goes on after a failure and says at the end what passed.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { build } from "./build.mjs";
import { bundle } from "./lib/bundle.mjs";
import { findChromium } from "./lib/chromium.mjs";
import { cargoCounts, closingCounts, failures, honest, nodeCounts } from "./lib/counts.mjs";
import { HISTORIES } from "./lib/histories.mjs";
import { buildLater } from "./lib/neighbour.mjs";
import { inRoot } from "./lib/places.mjs";
import { continueOnProjectNode } from "./lib/project-node.mjs";
import { run } from "./lib/run.mjs";
import { Problem, heading, main, say } from "./lib/say.mjs";
import { buildSimulator } from "./lib/simulator.mjs";
import { setup } from "./setup.mjs";

const USAGE = `Runs the tests.

  npm test                         all of them
  npm test -- --only NAME          one section (its prerequisites run too)
  npm test -- --only end-to-end --file order.test.mjs`;

const PASSED = { passed: 1, failed: 0, skipped: 0 };
const FAILED = { passed: 0, failed: 1, skipped: 0 };
const NOTHING = { passed: 0, failed: 0, skipped: 0 };

/** What has failed, to be said again at the end. */
const failed = [];

/** One command that either is in order or not: one test. */
async function checkRun(command, args) {
  const done = await run(command, args, { stream: true });
  return done.code === 0 ? PASSED : FAILED;
}

async function cargoTest() {
  const done = await run("cargo", ["test", "--workspace"], { stream: true });
  failed.push(...failures(done.output));
  return honest(cargoCounts(done.output), done.code);
}

/** So many histories take about half a minute; `npm run histories` runs more. */
async function histories() {
  const done = await run("cargo", ["run", "--quiet", ...HISTORIES, "--", "--seeds", "3000"], { stream: true });
  return honest(closingCounts("histories", done.output), done.code);
}

/** Three of the deliberate mistakes, since each is a build; `npm run mutations` makes all of them. */
async function mutations() {
  const done = await run(process.execPath, [inRoot("scripts", "mutations.mjs"), "--short"], { stream: true });
  return honest(closingCounts("mutations", done.output), done.code);
}

/** A step that throws its Problem when it fails. */
async function stepRun(step) {
  try {
    await step();
    return PASSED;
  } catch (error) {
    say(error instanceof Problem ? error.message : error.stack);
    return FAILED;
  }
}

async function bundled() {
  const done = await bundle({ stream: true });
  return done.code === 0 ? PASSED : FAILED;
}

function testFiles(folder, only) {
  if (!existsSync(inRoot(folder))) return [];
  const names = readdirSync(inRoot(folder)).filter((name) => name.endsWith(".test.mjs")).sort();
  return names.filter((name) => only === undefined || name === only).map((name) => join(folder, name));
}

async function nodeTests(folder, { only, env = {} } = {}) {
  const files = testFiles(folder, only);
  if (files.length === 0) {
    say(`There are no tests in ${folder} yet.`);
    return NOTHING;
  }
  const args = ["--disable-warning=ExperimentalWarning", "--test", "--test-concurrency=2", "--test-reporter=spec", ...files];
  const done = await run(process.execPath, args, { stream: true, env });
  failed.push(...failures(done.output));
  return honest(nodeCounts(done.output), done.code);
}

async function pageTests(only) {
  const chromium = findChromium();
  if (chromium === null) {
    say("Left out: no Chromium found. Install one (Debian: apt-get install chromium) or set CHROMIUM_PATH.");
    return { ...NOTHING, skipped: 1 };
  }
  return nodeTests("tests/page", { only, env: { CHROMIUM_PATH: chromium } });
}

function sections(file) {
  return [
    { name: "formatting", run: () => checkRun("cargo", ["fmt", "--all", "--check"]) },
    {
      name: "lints",
      run: () => checkRun("cargo", ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    },
    {
      name: "lints for wasm",
      run: () => checkRun("cargo", ["clippy", "--target", "wasm32-unknown-unknown", "--", "-D", "warnings"]),
    },
    { name: "rust tests", run: cargoTest },
    { name: "histories", run: histories },
    { name: "mutations", needs: ["histories"], run: mutations },
    { name: "simulator", run: () => stepRun(buildSimulator) },
    { name: "connector build", run: () => stepRun(build) },
    { name: "deployment dry run", needs: ["connector build"], run: bundled },
    { name: "neighbouring release", needs: ["connector build"], run: () => stepRun(buildLater) },
    {
      name: "end-to-end",
      needs: ["simulator", "connector build", "deployment dry run", "neighbouring release"],
      run: () => nodeTests("tests/e2e", { only: file }),
    },
    {
      name: "vendor SDKs",
      needs: ["simulator", "connector build", "deployment dry run"],
      run: () => nodeTests("tests/sdk", { only: file }),
    },
    { name: "page", needs: ["simulator", "connector build"], run: () => pageTests(file) },
  ];
}

/** The sections to run: all, or the named one after all that it needs. */
function chosen(all, only) {
  if (only === undefined) return all;
  const wanted = all.find((section) => section.name === only);
  if (!wanted) throw new Problem(`There is no section "${only}". There are: ${all.map(({ name }) => name).join(", ")}.`);
  return all.filter((section) => section === wanted || wanted.needs?.includes(section.name));
}

function describe({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

function option(name) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

await main(async () => {
  if (process.argv.includes("--help")) return say(USAGE);
  await setup();
  await continueOnProjectNode();

  const results = [];
  for (const section of chosen(sections(option("file")), option("only"))) {
    heading(section.name);
    const broken = section.needs?.filter((need) => results.some(({ name, counts }) => name === need && counts.failed > 0));
    const started = Date.now();
    let counts;
    if (broken?.length > 0) {
      say(`Left out: it needs "${broken.join('", "')}", which failed.`);
      counts = { ...NOTHING, skipped: 1 };
    } else {
      counts = await section.run();
    }
    results.push({ name: section.name, counts, seconds: Math.round((Date.now() - started) / 1000) });
  }

  heading("results");
  const total = { ...NOTHING };
  for (const { name, counts, seconds } of results) {
    say(`${counts.failed > 0 ? "FAILED" : "      "}  ${name.padEnd(20)} ${describe(counts)}  (${seconds} s)`);
    for (const key of Object.keys(total)) total[key] += counts[key];
  }
  say();
  for (const one of failed) say(`FAILED  ${one}`);
  say(describe(total));
  process.exit(total.failed > 0 ? 1 : 0);
});
