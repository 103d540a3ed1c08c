// The connector in workerd itself, without wrangler around it: the bundle of `wrangler deploy --dry-run`, a generated
// configuration, and a folder on disk that keeps the objects and their alarms while the process is killed and started.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { inRoot } from "../../../scripts/lib/places.mjs";

const READY_MS = 20_000;

/** workerd's own binary, not the script in front of it: a signal must reach the runtime. */
function workerdBinary() {
  const folder = inRoot("node_modules", "@cloudflare");
  const found = existsSync(folder) && readdirSync(folder).find((name) => name.startsWith("workerd-"));
  if (!found) throw new Error("workerd is not installed here: run npm run setup");
  return join(folder, found, "bin", process.platform === "win32" ? "workerd.exe" : "workerd");
}

/** A capnp text literal: JSON's, but that control characters are written \xNN. */
const quoted = (text) => JSON.stringify(text).replace(/\\u00([0-9a-f]{2})/g, "\\x$1");

function binding(name, value) {
  return typeof value === "string"
    ? `(name = ${quoted(name)}, text = ${quoted(value)})`
    : `(name = ${quoted(name)}, json = ${quoted(JSON.stringify(value))})`;
}

const list = (items) => `[\n    ${items.join(",\n    ")}\n  ]`;

function moduleOf(folder, file) {
  const kind = file.endsWith(".wasm") ? "wasm" : "esModule";
  return `(name = ${quoted(file)}, ${kind} = embed ${quoted(`${folder}/${file}`)})`;
}

/** The Worker of one release. `objectsOf` names the service whose objects it calls, where they are not its own. */
function workerText({ folder, modules, vars, settings, objectsOf }) {
  const objects = settings.durable_objects.bindings;
  const namespaceOf = (name) =>
    objectsOf === undefined ? quoted(name) : `(className = ${quoted(name)}, serviceName = ${quoted(objectsOf)})`;
  const own = `  durableObjectNamespaces = ${list(
    objects.map(({ class_name: name }) => `(className = ${quoted(name)}, uniqueKey = ${quoted(name)}, enableSql = true)`),
  )},
  durableObjectStorage = (localDisk = "disk"),
`;
  return `(
  modules = ${list(modules.map((file) => moduleOf(folder, file)))},
  compatibilityDate = ${quoted(settings.compatibility_date)},
  compatibilityFlags = [${(settings.compatibility_flags ?? []).map(quoted).join(", ")}],
  bindings = ${list([
    ...Object.entries(vars).map(([name, value]) => binding(name, value)),
    ...settings.kv_namespaces.map((kv) => `(name = ${quoted(kv.binding)}, kvNamespace = "kv")`),
    ...objects.map((object) => `(name = ${quoted(object.name)}, durableObjectNamespace = ${namespaceOf(object.class_name)})`),
  ])},
${objectsOf === undefined ? own : ""}  globalOutbound = "network",
)`;
}

function configText({ front, objects, vars, settings, port, kvAddress, disk }) {
  const apart = objects !== undefined;
  const part = { vars, settings };
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "connector", worker = .connector),
${apart ? '    (name = "objects", worker = .objects),\n' : ""}    (name = "kv", external = (address = ${quoted(kvAddress)}, http = ())),
    (name = "disk", disk = (path = ${quoted(disk)}, writable = true)),
    (name = "network", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "connector")],
);

const connector :Workerd.Worker = ${workerText({ ...part, ...front, objectsOf: apart ? "objects" : undefined })};
${apart ? `\nconst objects :Workerd.Worker = ${workerText({ ...part, ...objects })};\n` : ""}`;
}

/** The main module first: workerd takes the first one as the Worker. */
function bundledModules(bundle) {
  const files = existsSync(bundle) ? readdirSync(bundle).filter((name) => /\.(js|mjs|wasm)$/.test(name)) : [];
  if (!files.includes("index.js")) {
    throw new Error(`There is no built connector in ${bundle}: run npm run e2e, which builds it first.`);
  }
  return ["index.js", ...files.filter((name) => name !== "index.js")];
}

function linkOf(path) {
  try {
    return readlinkSync(path);
  } catch {
    return ""; // Closed meanwhile.
  }
}

/** The files that a process has open: Linux lists them, elsewhere lsof does. */
function openFiles(pid) {
  const listed = `/proc/${pid}/fd`;
  if (existsSync(listed)) return readdirSync(listed).map((number) => linkOf(join(listed, number)));
  const named = execFileSync("lsof", ["-p", String(pid), "-Fn"], { encoding: "utf8" });
  return named.split("\n").filter((line) => line.startsWith("n")).map((line) => line.slice(1));
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => resolve(true) || socket.destroy());
    socket.once("error", () => resolve(false));
  });
}

export class Runtime {
  /** `home` is a folder of its own; `vars` maps names to texts and objects; `settings` is wrangler.toml as read. */
  constructor({ home, bundle, vars, settings, port, kvAddress }) {
    this.port = port;
    /**
     * What runs from the next start on: the folder of a built Worker, or `{ front, objects }`, where the Worker is of one
     * release and the objects that it calls are of another.
     */
    this.bundle = bundle;
    /** Bindings; what a test changes here holds from the next start on, as after a deployment. */
    this.vars = vars;
    this.disk = join(home, "objects");
    this.config = join(home, "config.capnp");
    this.output = "";
    mkdirSync(this.disk, { recursive: true });
    /** A copy of a bundle beside the configuration: builds go on while worlds run. */
    const brought = (name, from) => {
      const modules = bundledModules(from);
      rmSync(join(home, name), { recursive: true, force: true });
      mkdirSync(join(home, name));
      for (const file of modules) copyFileSync(join(from, file), join(home, name, file));
      return { folder: name, modules };
    };
    let written;
    let parts;
    this.write = () => {
      if (written !== this.bundle) {
        const { front, objects } = typeof this.bundle === "string" ? { front: this.bundle } : this.bundle;
        parts = { front: brought("modules", front), objects: objects && brought("objects-modules", objects) };
        written = this.bundle;
      }
      writeFileSync(this.config, configText({ ...parts, vars: this.vars, settings, port, kvAddress, disk: this.disk }));
    };
  }

  async start() {
    this.write();
    const child = spawn(workerdBinary(), ["serve", this.config], { stdio: ["ignore", "pipe", "pipe"] });
    this.child = child;
    this.exited = once(child, "exit");
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        this.output += text;
        if (process.env.CONNECTOR_LOGS) process.stderr.write(text);
      });
    }
    for (const until = Date.now() + READY_MS; Date.now() < until; await sleep(20)) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`workerd ended at once:\n${this.output}`);
      if (await accepts(this.port)) return;
    }
    throw new Error(`workerd did not listen within ${READY_MS / 1000} s:\n${this.output}`);
  }

  get running() {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Whether the storage of an object of this class is open: that of an evicted one is not. */
  holdsOpen(className) {
    const folder = join(this.disk, className);
    const ours = new Set(readdirSync(folder).filter((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite"));
    return openFiles(this.child.pid).some((file) => dirname(file) === folder && ours.has(basename(file)));
  }

  /** As a power cut would: no signal handler runs, nothing is flushed. */
  async kill() {
    if (!this.running) return;
    this.child.kill("SIGKILL");
    await this.exited;
  }
}
