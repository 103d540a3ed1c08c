// Stands between the connector and the simulated LiveEngage and writes down every request as it was on the wire.

import { once } from "node:events";
import { createServer, request as forward } from "node:http";

async function bodyOf(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export class Recorder {
  constructor() {
    /** `{ method, path, query, headers, text, json, status, answer }`, in their order; the last two once it was answered. */
    this.calls = [];
  }

  /** `simulator` is its address. */
  async start(simulator) {
    this.simulator = new URL(simulator);
    this.server = createServer((request, response) =>
      this.#pass(request, response).catch(() => request.socket.destroy()),
    );
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.host = `127.0.0.1:${this.server.address().port}`;
    this.address = `http://${this.host}`;
    return this;
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  async #pass(request, response) {
    const body = await bodyOf(request);
    const url = new URL(request.url, this.address);
    const call = {
      method: request.method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      text: body.toString("utf8"),
      json: parsed(body),
    };
    this.calls.push(call);
    const headers = { ...request.headers, host: this.simulator.host };
    const { hostname, port } = this.simulator;
    const asked = forward({ hostname, port, method: request.method, path: request.url, headers });
    asked.end(body);
    const [answer] = await once(asked, "response");
    let text = await bodyOf(answer);
    // The services are all here, so that their requests come this way too.
    if (url.pathname.endsWith("/baseURI.json")) text = Buffer.from(text.toString().replaceAll(this.simulator.host, this.host));
    call.status = answer.statusCode;
    call.answer = parsed(text);
    const passed = { ...answer.headers, "content-length": text.length };
    delete passed["transfer-encoding"];
    if (request.method === "HEAD") passed["content-length"] = answer.headers["content-length"] ?? 0;
    response.writeHead(answer.statusCode, passed).end(request.method === "HEAD" ? undefined : text);
  }

  /** The calls whose path ends so. */
  to(end) {
    return this.calls.filter(({ path }) => path.endsWith(end));
  }

  /** The creates: batches of a profile and a request. */
  creates() {
    return this.to("/messaging/consumer/conversation");
  }

  /** The request objects of a type that were sent by SEND, about one conversation if one is named. */
  sends(type, conversation) {
    const about = (json) => conversation === undefined || json.body.conversationId === conversation;
    return this.to("/conversation/send").map(({ json }) => json).filter((json) => json.type === type && about(json));
  }

  /** The events that were published into a conversation. */
  events(type, conversation) {
    const published = this.sends("ms.PublishEvent", conversation);
    return published.filter(({ body }) => body.event.type === type);
  }
}
