// Ports on this machine: read from the command line, looked at before they are used.

import { createServer } from "node:net";

import { Problem } from "./say.mjs";

/** A port from `--NAME value` or `--NAME=value`, else from the environment, else the usual one. */
export function portOption(name, variable, usual, args = process.argv.slice(2)) {
  const at = args.findIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  const given = at < 0 ? process.env[variable] : args[at].includes("=") ? args[at].split("=")[1] : args[at + 1];
  if (given === undefined || given === "") return usual;
  const port = Number(given);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Problem(`--${name} must be a port (1 to 65535), not "${given}".`);
  }
  return port;
}

/** Null when the port is free, else why it is not. */
export function portProblem(port, host = "127.0.0.1") {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(error.code === "EADDRINUSE" ? "in use" : error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/** Any free port. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port: 0, host: "127.0.0.1", exclusive: true }, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
