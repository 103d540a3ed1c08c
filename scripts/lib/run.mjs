// Child processes: asked, waited for with a heartbeat, or streamed. None outlives its script.

import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { homedir } from "node:os";

import { BIN, ROOT } from "./places.mjs";
import { heartbeat } from "./say.mjs";

const running = new Set();

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]]) {
  process.on(signal, () => {
    // A script with children of its own design (start) ends them itself and leaves this set empty.
    if (running.size === 0 && process.listenerCount(signal) > 1) return;
    for (const child of running) child.kill(signal);
    process.exit(code);
  });
}

/** The environment of every tool: the project's own binaries first, and cargo's folder at the end. */
export function toolEnv(extra = {}) {
  const path = [BIN, process.env.PATH ?? "", join(homedir(), ".cargo", "bin")].join(delimiter);
  return { ...process.env, PATH: path, ...extra };
}

/**
 * Runs a command to its end. `onLine` hears each line of both streams; `stream` also prints them as they come.
 * Answers `{ code, output }`; code is 127 when there is no such command.
 */
export function run(command, args, { cwd = ROOT, env = {}, stream = false, onLine } = {}) {
  return new Promise((resolve) => {
    const colours = stream && process.stdout.isTTY ? { CARGO_TERM_COLOR: "always", FORCE_COLOR: "1" } : {};
    const child = spawn(command, args, {
      cwd,
      env: toolEnv({ ...colours, ...env }),
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    let output = "";
    for (const [source, target] of [[child.stdout, process.stdout], [child.stderr, process.stderr]]) {
      let rest = "";
      source.setEncoding("utf8");
      source.on("data", (text) => {
        output += text;
        if (stream) target.write(text);
        if (!onLine) return;
        const lines = (rest + text).split("\n");
        rest = lines.pop();
        lines.forEach(onLine);
      });
    }
    child.on("error", (error) => {
      running.delete(child);
      resolve({ code: 127, output: output + error.message });
    });
    child.on("close", (code, signal) => {
      running.delete(child);
      resolve({ code: code ?? 1, output: signal ? `${output}\nended by ${signal}\n` : output });
    });
  });
}

/** Runs a long command quietly, with a heartbeat that counts what cargo has compiled. */
export async function runLong(command, args, options = {}) {
  let compiled = 0;
  const beat = heartbeat(() => (compiled ? `${compiled} crates compiled` : ""));
  try {
    const done = await run(command, args, {
      ...options,
      onLine: (line) => {
        if (/^\s*Compiling /.test(line)) compiled += 1;
        options.onLine?.(line);
      },
    });
    return { ...done, seconds: beat.elapsed() };
  } finally {
    beat.stop();
  }
}

export function lastLines(text, count = 25) {
  return text.trimEnd().split("\n").slice(-count).map((line) => `   | ${line}`).join("\n");
}

/** Whether a tool's output reads like a network that did not answer. */
export function looksOffline(output) {
  return /ENOTFOUND|ETIMEDOUT|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|Could not resolve host|Couldn't resolve host|spurious network error|failed to download|failed to fetch|could not download|error sending request|dns error/i.test(
    output,
  );
}
