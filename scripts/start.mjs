// `npm start`: the connector in Cloudflare's own runtime and the simulator beside it, on this machine only.

import { constants, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseEnv } from "node:util";

import { build } from "./build.mjs";
import { LOCAL, ROOT, inRoot } from "./lib/places.mjs";
import { portOption, portProblem } from "./lib/ports.mjs";
import { continueOnProjectNode } from "./lib/project-node.mjs";
import { Problem, main, say } from "./lib/say.mjs";
import { Service } from "./lib/service.mjs";
import { buildSimulator } from "./lib/simulator.mjs";
import { overridesFor } from "./lib/settings.mjs";
import { setup } from "./setup.mjs";

const USAGE = `Starts the connector and the simulator on this machine.

  npm start
  npm start -- --port 8801 --simulator-port 8802

  --port N             the connector's port (8787; or set CONNECTOR_PORT)
  --simulator-port N   the simulator's port (8790; or set SIMULATOR_PORT)
  --folder DIR         where state and logs are kept (.wrangler)`;

const READY_MS = 90_000;
const QUICK_DEATHS = 3;
/** How long wrangler may take to bring a killed runtime back before it is started anew. */
const REVIVAL_MS = 6_000;

const folder = folderOption();
const state = join(folder, "state");
const logs = { connector: join(folder, "connector.log"), simulator: join(folder, "simulator.log") };

function folderOption() {
  const at = process.argv.indexOf("--folder");
  return at < 0 ? LOCAL : resolve(process.argv[at + 1] ?? LOCAL);
}

/** A path as it is typed from the project's folder. */
const shown = (path) => (path.startsWith(ROOT) ? relative(ROOT, path) : path);

async function requireFree(port, option, what) {
  const problem = await portProblem(port);
  if (problem === null) return;
  throw new Problem(
    `Port ${port}, for ${what}, is ${problem}. Stop what is using it, or choose another: npm start -- --${option} ${port + 100}`,
  );
}

function provideSecrets() {
  const secrets = inRoot(".dev.vars");
  const example = inRoot(".dev.vars.example");
  if (!existsSync(secrets)) {
    copyFileSync(example, secrets, constants.COPYFILE_EXCL);
    say("Wrote .dev.vars: the local secrets, copied from .dev.vars.example.");
    return;
  }
  const names = (file) => Object.keys(parseEnv(readFileSync(file, "utf8")));
  const known = names(secrets);
  const missing = names(example).filter((name) => !known.includes(name));
  if (missing.length > 0) {
    say(`Your .dev.vars lacks ${missing.join(", ")}: copy it from .dev.vars.example, unless wrangler.toml has no use for it.`);
  }
}

async function answers(url) {
  try {
    await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(2_000) });
    return true;
  } catch {
    return false;
  }
}

async function waitUntilReady(service, url) {
  for (const until = Date.now() + READY_MS; Date.now() < until; await sleep(100)) {
    if (service.stopping) return;
    if (service.ended) {
      throw new Problem(`${service.lastWords()}\n\nThe ${service.name} ended while it was starting; its last lines are above.`);
    }
    if (await answers(url)) return;
  }
  throw new Problem(
    `${service.lastWords()}\n\nThe ${service.name} did not answer at ${url} within ${READY_MS / 1000} s. Its log is ${service.log}.`,
  );
}

class LocalRun {
  constructor(ports, binary, overrides) {
    this.ports = ports;
    this.binary = binary;
    this.overrides = overrides;
    this.connectorUrl = `http://127.0.0.1:${ports.connector}`;
    this.publicUrl = `http://localhost:${ports.connector}`;
    this.simulatorUrl = `http://127.0.0.1:${ports.simulator}`;
    this.deaths = [];
    this.stopped = new Promise((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
    // Heard from the start, so that an early end is not an unhandled rejection.
    this.stopped.catch(() => {});
  }

  startSimulator() {
    this.simulator = new Service({
      name: "simulator",
      command: this.binary,
      args: ["--port", String(this.ports.simulator), "--connector", this.connectorUrl, "--public-url", this.publicUrl],
      log: logs.simulator,
      onExit: (service) =>
        this.fail(new Problem(`${service.lastWords()}\n\nThe simulator ended by itself; its last lines are above.`)),
    });
  }

  startConnector() {
    const flags = {
      "--ip": "127.0.0.1",
      "--port": this.ports.connector,
      "--inspector-port": "0",
      "--persist-to": state,
      "--show-interactive-dev-session": "false",
    };
    this.connector = new Service({
      name: "connector",
      command: process.execPath,
      args: [
        inRoot("node_modules", "wrangler", "bin", "wrangler.js"),
        "dev",
        "--local",
        ...Object.entries(flags).map(([flag, value]) => `${flag}=${value}`),
        ...Object.entries(this.overrides).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
      ],
      env: { CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_SEND_METRICS: "false", CONNECTOR_SETUP_DONE: "1" },
      log: logs.connector,
      onExit: (service) => this.restartConnector(service),
      onWords: (words) => {
        if (words.includes("runtime crashed unexpectedly")) this.seeItRevived(this.connector);
      },
    });
  }

  /**
   * A developer may kill the runtime to see what becomes of the messages. wrangler starts it again by itself on the same
   * state, but not always in a way that answers: then wrangler is started again too.
   */
  async seeItRevived(service) {
    if (this.ending || this.starting || this.reviving) return;
    this.reviving = true;
    say("The connector's runtime ended by itself. It is being started again on the same state.");
    try {
      for (const until = Date.now() + REVIVAL_MS; Date.now() < until; await sleep(200)) {
        if (this.ending || service !== this.connector || service.ended) return;
        if (await answers(this.connectorUrl)) {
          say("The connector is back.");
          return;
        }
      }
    } finally {
      this.reviving = false;
    }
    await service.stop();
    await this.restartConnector(service);
  }

  async restartConnector(dead) {
    if (this.ending || this.starting || dead !== this.connector) return;
    const now = Date.now();
    this.deaths = [...this.deaths.filter((at) => now - at < 60_000), now];
    if (this.deaths.length > QUICK_DEATHS) {
      this.fail(new Problem(`${dead.lastWords()}\n\nThe connector keeps ending; its last lines are above.`));
      return;
    }
    say("Starting the connector again on the same state.");
    await dead.stop();
    if (this.ending) return;
    this.startConnector();
    try {
      await waitUntilReady(this.connector, this.connectorUrl);
      if (!this.ending) say("The connector is back.");
    } catch (error) {
      this.fail(error);
    }
  }

  async start() {
    this.starting = true;
    this.startSimulator();
    this.startConnector();
    await Promise.all([
      waitUntilReady(this.simulator, this.simulatorUrl),
      waitUntilReady(this.connector, this.connectorUrl),
    ]);
    this.starting = false;
  }

  async stop() {
    this.ending = true;
    await Promise.all([this.connector?.stop(), this.simulator?.stop()]);
  }
}

function tellWhere(run) {
  say(`
------------------------------------------------------------------------------
  Phones and agent desk   ${run.simulatorUrl}
  Connector               ${run.connectorUrl}

  State      ${shown(state)} (delete the folder to begin afresh)
  Logs       ${shown(logs.connector)}, ${shown(logs.simulator)}
  Stop       Ctrl-C
------------------------------------------------------------------------------
`);
}

await main(async () => {
  if (process.argv.includes("--help")) return say(USAGE);
  const ports = {
    connector: portOption("port", "CONNECTOR_PORT", 8787),
    simulator: portOption("simulator-port", "SIMULATOR_PORT", 8790),
  };
  await setup();
  await continueOnProjectNode();

  await requireFree(ports.connector, "port", "the connector");
  await requireFree(ports.simulator, "simulator-port", "the simulator");
  provideSecrets();
  const built = await build();
  const binary = await buildSimulator();
  mkdirSync(folder, { recursive: true });
  for (const log of Object.values(logs)) rmSync(log, { force: true });

  say(built ? "Starting." : "Starting (nothing to build).");
  const run = new LocalRun(ports, binary, await overridesFor(ports));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => run.finish());
  try {
    await Promise.race([run.start(), run.stopped]);
    if (!run.starting) tellWhere(run);
    await run.stopped;
    say("Stopping.");
  } finally {
    await run.stop();
  }
  say(`Stopped. The state stays in ${shown(state)}.`);
  process.exit(0);
});
