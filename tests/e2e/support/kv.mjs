// A Workers KV namespace for workerd: it speaks the HTTP protocol behind a kvNamespace binding, keeps everything in
// memory of the test process (so it outlives a killed runtime), and can lag, miss and fail as the real one does.

import { createServer } from "node:http";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export class Kv {
  constructor() {
    /** key -> { value: Buffer, metadata: string | undefined, expires: seconds since 1970 | undefined } */
    this.entries = new Map();
    /** Every read misses, as in a location that has not seen the writes yet. */
    this.miss = false;
    /** Every operation answers 500. */
    this.fail = false;
    /** Milliseconds before each answer. */
    this.delay = 0;
    this.counts = { get: 0, put: 0, delete: 0, list: 0, hit: 0 };
  }

  async start() {
    this.server = createServer((request, response) =>
      this.#serve(request, response).catch((error) => response.writeHead(500).end(String(error))),
    );
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.address = `127.0.0.1:${this.server.address().port}`;
    return this;
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  /** Forgets the entries whose key starts with the prefix (all by default); answers how many. */
  forget(prefix = "") {
    const keys = [...this.entries.keys()].filter((key) => key.startsWith(prefix));
    for (const key of keys) this.entries.delete(key);
    return keys.length;
  }

  text(key) {
    return this.entries.get(key)?.value.toString("utf8");
  }

  keys() {
    return [...this.entries.keys()];
  }

  #read(key) {
    const entry = this.entries.get(key);
    if (this.miss || entry === undefined) return undefined;
    if (entry.expires !== undefined && entry.expires * 1000 <= Date.now()) return undefined;
    this.counts.hit += 1;
    return entry;
  }

  async #serve(request, response) {
    const url = new URL(request.url, "http://kv");
    const body = await bodyOf(request);
    if (this.delay > 0) await sleep(this.delay);
    if (url.pathname === "/bulk/get" && request.method === "POST") return this.#bulk(JSON.parse(body), response);
    if (request.method === "GET" && url.pathname === "/") return this.#list(url, response);
    const key = decodeURIComponent(url.pathname.slice(1));
    if (request.method === "GET") return this.#get(key, response);
    if (request.method === "PUT") return this.#put(key, url, request, body, response);
    if (request.method === "DELETE") return this.#delete(key, response);
    response.writeHead(405).end();
  }

  #failed(response) {
    if (this.fail) response.writeHead(500).end("the test makes KV fail");
    return this.fail;
  }

  #get(key, response) {
    this.counts.get += 1;
    if (this.#failed(response)) return;
    const entry = this.#read(key);
    if (entry === undefined) {
      response.writeHead(404, { "cf-cache-status": "MISS" }).end("Not Found");
      return;
    }
    const metadata = entry.metadata === undefined ? {} : { "cf-kv-metadata": entry.metadata };
    response.writeHead(200, { "cf-cache-status": "MISS", ...metadata }).end(entry.value);
  }

  #put(key, url, request, body, response) {
    this.counts.put += 1;
    if (this.#failed(response)) return;
    const ttl = url.searchParams.get("expiration_ttl");
    const expiration = url.searchParams.get("expiration");
    let expires;
    if (expiration !== null) expires = Number(expiration);
    if (ttl !== null) expires = Math.floor(Date.now() / 1000) + Number(ttl);
    this.entries.set(key, { value: body, metadata: request.headers["cf-kv-metadata"], expires });
    response.writeHead(200).end();
  }

  #delete(key, response) {
    this.counts.delete += 1;
    if (this.#failed(response)) return;
    this.entries.delete(key);
    response.writeHead(200).end();
  }

  #bulk({ keys, type, withMetadata }, response) {
    this.counts.get += keys.length;
    if (this.#failed(response)) return;
    const found = keys.map((key) => {
      const entry = this.#read(key);
      if (entry === undefined) return [key, null];
      const text = entry.value.toString("utf8");
      const value = type === "json" ? JSON.parse(text) : text;
      return [key, withMetadata ? { value, metadata: entry.metadata && JSON.parse(entry.metadata) } : value];
    });
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(Object.fromEntries(found)));
  }

  #list(url, response) {
    this.counts.list += 1;
    if (this.#failed(response)) return;
    const prefix = url.searchParams.get("prefix") ?? "";
    const names = this.miss ? [] : this.keys().filter((key) => key.startsWith(prefix)).sort();
    const keys = names.map((name) => {
      const { metadata, expires } = this.entries.get(name);
      return { name, expiration: expires, metadata: metadata && JSON.parse(metadata) };
    });
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ keys, list_complete: true, cacheStatus: null }));
  }
}
