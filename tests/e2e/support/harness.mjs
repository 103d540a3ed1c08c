// One world per test: the connector in workerd, a KV namespace, and a simulator, all on ports and folders of their own.
//
//   const world = await startWorld();
//   after(() => world.stop());

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";

import { inRoot } from "../../../scripts/lib/places.mjs";
import { freePort } from "../../../scripts/lib/ports.mjs";
import { readSettings, varsAt } from "../../../scripts/lib/settings.mjs";
import { LISTENING, simulatorBinary } from "../../../scripts/lib/simulator.mjs";
import { App } from "./app.mjs";
import { Kv } from "./kv.mjs";
import { Recorder } from "./recorder.mjs";
import { objectsWithRows, rowsOf } from "./store.mjs";
import { Runtime } from "./workerd.mjs";

export { does, post, says } from "./app.mjs";
export { eventually } from "./eventually.mjs";
export * from "./people.mjs";

let settings;
const children = new Set();

// Whatever way the tests end, no process of theirs stays behind.
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

function keep(child) {
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

async function startSimulator(flags) {
  const child = keep(spawn(simulatorBinary(), flags, { stdio: ["ignore", "pipe", "pipe"] }));
  const simulator = { child, output: "", exited: once(child, "exit") };
  const address = new Promise((resolve, reject) => {
    const hear = (text) => {
      simulator.output += text;
      const found = simulator.output.match(LISTENING);
      if (found) resolve(found[1]);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", hear);
    child.once("error", (error) => reject(new Error(`the simulator did not start (${error.message}): npm run e2e builds it`)));
    child.once("exit", (code) => reject(new Error(`the simulator ended with ${code}:\n${simulator.output}`)));
  });
  simulator.url = await address;
  return simulator;
}

/** The bindings of wrangler.toml and of .dev.vars.example, at this world's addresses. */
function varsOf({ connector, simulator, overrides }) {
  const secrets = parseEnv(readFileSync(inRoot(".dev.vars.example"), "utf8"));
  const vars = varsAt(settings.vars, { publicUrl: connector, simulatorUrl: simulator });
  const merged = { ...vars, ...secrets };
  for (const [name, value] of Object.entries(overrides)) {
    const tables = typeof value === "object" && value !== null && typeof merged[name] === "object";
    merged[name] = tables ? { ...merged[name], ...value } : value;
  }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined && value !== null));
}

export class World {
  constructor(parts) {
    Object.assign(this, parts);
  }

  /** A request to the simulator's control API; answers its JSON, or throws what it says is wrong. */
  async control(method, path, json) {
    const response = await fetch(this.simulator + path, {
      method,
      headers: json === undefined ? {} : { "content-type": "application/json" },
      body: json === undefined ? undefined : JSON.stringify(json),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  }

  /** kill -9. */
  async kill() {
    await this.runtime.kill();
  }

  /** Starts the connector again, on the same port and disk; kills it first if it runs. */
  async restart() {
    await this.runtime.kill();
    await this.runtime.start();
    keep(this.runtime.child);
  }

  async stop() {
    await this.runtime.kill();
    this.simulatorProcess.child.kill("SIGKILL");
    await this.simulatorProcess.exited;
    await stopAll(this);
    rmSync(this.home, { recursive: true, force: true });
  }

  /** What the connector has printed so far, over all its starts. */
  logs() {
    return this.runtime.output;
  }

  /** The stored rows of every conversation: `{ object, table, ...row }`. */
  rows(tables = ["message", "state"]) {
    return rowsOf(this.runtime.disk, "Conversation", tables);
  }

  /** How many objects of a class hold anything. */
  objects(className) {
    return objectsWithRows(this.runtime.disk, className);
  }
}

/** Ends what runs in this process. */
async function stopAll({ kv, app, recorder }) {
  for (const server of [kv, app, recorder]) if (server?.server?.listening) await server.stop();
}

/** The settings, but for these bindings of storage. */
function without(unbound) {
  const kept = ({ name, binding }) => !unbound.includes(name ?? binding);
  return {
    ...settings,
    kv_namespaces: settings.kv_namespaces.filter(kept),
    durable_objects: { bindings: settings.durable_objects.bindings.filter(kept) },
  };
}

/** The vars of a world with an app: its channel posts to it. */
function withApp(vars, app) {
  return { ...vars, CHANNEL_APP: { url: app.url, ...vars.CHANNEL_APP } };
}

/**
 * Starts a world. `vars` overrides bindings: a table is merged into the one of wrangler.toml, null takes a binding away;
 * it may be a function of the app. `app` adds the customer's app (`world.app`), `record` writes down what the connector
 * asks of LiveEngage (`world.recorder`). `unbound` are names of bindings of storage that are left out. `simulator` is a list of further flags for the simulator. `bundle` is another
 * built Worker than dist/.
 */
export async function startWorld({ vars = {}, app: wantsApp = false, record = false, unbound = [], simulator: flags = [], bundle = inRoot("dist") } = {}) {
  settings ??= await readSettings();
  const home = mkdtempSync(join(tmpdir(), "connector-world-"));
  const port = await freePort();
  const connector = `http://127.0.0.1:${port}`;
  const kv = await new Kv().start();
  const app = wantsApp ? await new App().start() : undefined;
  let simulatorProcess;
  let recorder;
  try {
    simulatorProcess = await startSimulator(["--port", "0", "--connector", connector, "--public-url", connector, ...flags]);
    const simulator = simulatorProcess.url;
    let overrides = typeof vars === "function" ? vars(app) : vars;
    if (app) overrides = withApp(overrides, app);
    if (record) {
      recorder = await new Recorder().start(simulator);
      overrides = { ...overrides, ACCOUNT_DEMO: { domain_api: recorder.address, ...overrides.ACCOUNT_DEMO } };
    }
    const runtime = new Runtime({
      home,
      bundle,
      settings: without(unbound),
      port,
      kvAddress: kv.address,
      vars: varsOf({ connector, simulator, overrides }),
    });
    await runtime.start();
    keep(runtime.child);
    return new World({ home, connector, simulator, kv, app, recorder, runtime, simulatorProcess });
  } catch (error) {
    simulatorProcess?.child.kill("SIGKILL");
    await stopAll({ kv, app, recorder });
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
}
