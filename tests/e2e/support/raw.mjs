// HTTP as an attacker writes it: bytes on a socket, in whatever order and at whatever pace.

import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** The bytes of a request; `headers` is a list of lines, `body` bytes or a text. */
export function requestBytes(method, path, headers, body = "") {
  return Buffer.concat([Buffer.from([`${method} ${path} HTTP/1.1`, ...headers, "", ""].join("\r\n"), "latin1"), Buffer.from(body)]);
}

export class Socket {
  /** A connection to the connector. */
  static async open(world) {
    const { hostname, port } = new URL(world.connector);
    const socket = new Socket();
    socket.received = "";
    socket.closed = false;
    socket.stream = connect({ host: hostname, port: Number(port) });
    socket.stream.setEncoding("latin1").on("data", (text) => (socket.received += text));
    socket.stream.on("close", () => (socket.closed = true)).on("error", () => {});
    await once(socket.stream, "connect");
    return socket;
  }

  send(bytes) {
    if (!this.stream.destroyed) this.stream.write(bytes);
    return this;
  }

  /** The power goes off. */
  cut() {
    this.stream.destroy();
  }

  get status() {
    return Number(this.received.match(/^HTTP\/1\.1 (\d{3})/)?.[1] ?? 0);
  }

  /** The status of the answer; 0 where the connection ends without one, or none comes in time. */
  async answered(timeout = 10_000) {
    for (const until = Date.now() + timeout; Date.now() < until && this.status === 0 && !this.closed; await sleep(10));
    return this.status;
  }
}

/** Sends bytes on a connection of their own; answers status and all that came back. */
export async function exchange(world, bytes, timeout) {
  const socket = await Socket.open(world);
  socket.send(bytes);
  const status = await socket.answered(timeout);
  await sleep(20);
  socket.cut();
  return { status, received: socket.received };
}
