// `npm run fuzz`: looks for inputs that break a target, with LLVM's libFuzzer on the pinned toolchain (docs/fuzzing.md).

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { inRoot } from "./lib/places.mjs";
import { lastLines, run, runLong, toolEnv } from "./lib/run.mjs";
import { Problem, heading, main, say } from "./lib/say.mjs";

const USAGE = `Looks for inputs that break a reader or a verifier.

  npm run fuzz -- --list                        the targets
  npm run fuzz -- --target NAME --seconds 60    one of them
  npm run fuzz -- --all --seconds 60            each of them, so many seconds long
  npm run fuzz -- --target NAME --input FILE    one input again`;

/** The longest input that is tried, in bytes. */
const LONGEST = 32 * 1024;
/** An input that takes so many seconds is a finding. */
const SLOW = 10;
/** Memory that no input may need, in megabytes; the runtime has 128. */
const MEMORY = 1024;
/** How long a finding is made smaller, in seconds. */
const MINIMISE = 20;

// What `cargo fuzz` asks of the compiler where no sanitizer is wanted: it works on stable Rust.
const COVERAGE = [
  "--cfg=fuzzing",
  "-Cpasses=sancov-module",
  "-Cllvm-args=-sanitizer-coverage-level=4",
  "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
  "-Cllvm-args=-sanitizer-coverage-pc-table",
  "-Cllvm-args=-sanitizer-coverage-trace-compares",
  "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
];

const FOLDER = inRoot("target", "fuzz");
const corpusOf = (name) => join(FOLDER, "corpus", name);
const seedsOf = (name) => join(FOLDER, "seeds", name);

function option(name) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

function needCompiler() {
  const compiler = process.env.CXX || "c++";
  if (spawnSync(compiler, ["--version"], { env: toolEnv(), stdio: "ignore" }).status === 0) return;
  throw new Problem(
    `libFuzzer is C++, and there is no "${compiler}" here. Install one (Debian: apt-get install g++) or set CXX. ` +
      "The short form needs none: cargo test -p liveengage-fuzz.",
  );
}

function hostTriple() {
  const asked = spawnSync("rustc", ["-vV"], { env: toolEnv(), encoding: "utf8" });
  const found = asked.stdout?.match(/^host: (.+)$/m);
  if (!found) throw new Problem("There is no Rust toolchain here: npm run setup says how to get one.");
  return found[1];
}

/** Cargo with a folder of its own. Naming the target keeps the flags away from build scripts and macros, which cannot link with them. */
async function cargo(args, env = {}) {
  const done = await runLong("cargo", [...args, "--target-dir", FOLDER], { env });
  if (done.code !== 0) throw new Problem(`${lastLines(done.output, 60)}\n\nThe fuzzer could not be built: the compiler's words are above.`);
  return done;
}

async function build() {
  needCompiler();
  const triple = hostTriple();
  say("Building the targets with coverage (the first time takes some minutes).");
  await cargo(["build", "--package", "liveengage-fuzz", "--bin", "fuzz", "--features", "libfuzzer", "--profile", "fuzz", "--target", triple], {
    CARGO_ENCODED_RUSTFLAGS: COVERAGE.join("\x1f"),
  });
  return join(FOLDER, triple, "fuzz", "fuzz");
}

/** Writes the seeds; answers the names of the targets. */
async function seeds() {
  const done = await run("cargo", ["run", "--quiet", "--package", "liveengage-fuzz", "--bin", "seeds", "--", join(FOLDER, "seeds")]);
  if (done.code !== 0) throw new Problem(`${lastLines(done.output, 60)}\n\nThe seeds could not be written.`);
  return done.output.split("\n").filter((line) => /^[a-z_]+$/.test(line));
}

/** What libFuzzer says at its end: executions, branches that were reached, inputs that reach them. */
function figures(output) {
  const last = (pattern) => [...output.matchAll(pattern)].at(-1)?.[1];
  return {
    executions: Number(last(/stat::number_of_executed_units:\s+(\d+)/g) ?? last(/^#(\d+)/gm) ?? 0),
    coverage: Number(last(/ cov: (\d+)/g) ?? 0),
    features: Number(last(/ ft: (\d+)/g) ?? 0),
    inputs: Number(last(/ corp: (\d+)/g) ?? 0),
  };
}

async function smaller(binary, name, finding) {
  const result = `${finding}.small`;
  const args = ["-minimize_crash=1", `-max_total_time=${MINIMISE}`, `-exact_artifact_path=${result}`, finding];
  await run(binary, args, { env: { FUZZ_TARGET: name } });
  return existsSync(result) ? result : finding;
}

/** Runs one target; answers what came of it. */
async function fuzz(binary, name, seconds) {
  const findings = join(FOLDER, "findings", name, "/");
  for (const folder of [corpusOf(name), findings]) mkdirSync(folder, { recursive: true });
  const before = new Set(readdirSync(findings));
  const args = [
    `-max_total_time=${seconds}`, `-max_len=${LONGEST}`, `-timeout=${SLOW}`, `-rss_limit_mb=${MEMORY}`, "-print_final_stats=1",
    "-use_value_profile=1", `-artifact_prefix=${findings}`, corpusOf(name), seedsOf(name),
  ];
  const done = await run(binary, args, { env: { FUZZ_TARGET: name } });
  const found = readdirSync(findings).filter((file) => !before.has(file) && !file.endsWith(".small"));
  for (const file of found) {
    say(lastLines(done.output.split("\n").filter((line) => !line.startsWith("#")).join("\n"), 30));
    const small = file.startsWith("crash-") ? await smaller(binary, name, join(findings, file)) : join(findings, file);
    say(`\nIt breaks on ${small}\nOnce it is mended, keep that file in fuzz/crashes/${name}/, so that the tests try it for ever.`);
  }
  return { name, seconds, ...figures(done.output), failed: done.code !== 0 || found.length > 0 };
}

function table(results) {
  say(`| Target | Seconds | Executions | Branches | Features | Inputs |\n| --- | --- | --- | --- | --- | --- |`);
  for (const { name, seconds, executions, coverage, features, inputs, failed } of results) {
    say(`| \`${name}\` | ${seconds} | ${executions} | ${coverage} | ${features} | ${inputs} |${failed ? " FAILED" : ""}`);
  }
}

await main(async () => {
  if (process.argv.includes("--help")) return say(USAGE);
  const names = await seeds();
  if (process.argv.includes("--list")) return say(names.join("\n"));
  const wanted = process.argv.includes("--all") ? names : [option("target")];
  if (!wanted.every((name) => names.includes(name))) throw new Problem(`${USAGE}\n\nThe targets: ${names.join(", ")}.`);
  const seconds = Number(option("seconds") ?? 60);
  if (!(seconds > 0)) throw new Problem("--seconds is a number of seconds.");
  const binary = await build();
  const input = option("input");
  if (input !== undefined) {
    const done = await run(binary, [input], { stream: true, env: { FUZZ_TARGET: wanted[0] } });
    process.exit(done.code);
  }
  const results = [];
  for (const name of wanted) {
    heading(name);
    results.push(await fuzz(binary, name, seconds));
    const { executions, coverage, failed } = results.at(-1);
    say(`${executions} executions, ${coverage} branches${failed ? ", FAILED" : ""}`);
  }
  heading("results");
  table(results);
  process.exit(results.some(({ failed }) => failed) ? 1 : 0);
});
