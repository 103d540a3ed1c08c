// A program that keeps running beside its script: in a process group of its own, so that ending it ends
// everything it has started, with its words in a log file.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { ROOT } from "./places.mjs";
import { toolEnv } from "./run.mjs";

const GRACE_MS = 5_000;
const KEPT = 60;

export class Service {
  /** `onExit(service)` is called when it ends without having been told to, `onWords(text)` with all that it prints. */
  constructor({ name, command, args, env = {}, log, onExit = () => {}, onWords = () => {} }) {
    this.name = name;
    this.onWords = onWords;
    this.log = log;
    this.lines = [];
    this.ended = false;
    this.stopping = false;
    writeFileSync(log, "", { flag: "a" });
    this.child = spawn(command, args, {
      cwd: ROOT,
      env: toolEnv(env),
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => this.#hear(text));
    }
    this.child.on("error", (error) => this.#hear(`${error.message}\n`));
    this.exit = once(this.child, "exit").then(
      () => this.#end(onExit),
      () => this.#end(onExit),
    );
  }

  #hear(text) {
    appendFileSync(this.log, text);
    const plain = text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "");
    this.lines.push(...plain.split("\n").filter((line) => line.trim() !== ""));
    this.lines.splice(0, Math.max(0, this.lines.length - KEPT));
    this.onWords(plain);
  }

  #end(onExit) {
    this.ended = true;
    if (!this.stopping) onExit(this);
  }

  lastWords(count = 15) {
    return this.lines.slice(-count).map((line) => `   | ${line}`).join("\n");
  }

  /** Signals the whole group; false when nobody is left in it. */
  signal(name) {
    if (this.child.pid === undefined) return false;
    try {
      process.kill(-this.child.pid, name);
      return true;
    } catch {
      return false;
    }
  }

  /** Ends it and everything that it has started, and waits until they are gone. */
  async stop() {
    this.stopping = true;
    const left = () => this.signal(0);
    for (const [name, patience] of [["SIGINT", GRACE_MS], ["SIGKILL", GRACE_MS]]) {
      if (!left()) return;
      this.signal(name);
      for (const until = Date.now() + patience; left() && Date.now() < until; ) await sleep(50);
    }
  }
}
