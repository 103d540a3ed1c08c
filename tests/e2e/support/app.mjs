// The customer's own app, behind a channel of `platform = "gateway"`: it signs what people do, checks strictly what the
// connector posts, remembers webhook-ids as docs/platforms/gateway.md asks, serves people's files, and can be away.

import assert from "node:assert/strict";
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** The secret of .dev.vars.example. */
const SECRET = "whsec_bG9jYWwtb25seS1zaWduaW5nLXNlY3JldC1mb3ItdGhlLXNpbXVsYXRvcg==";
/** What each content must have besides its type. */
const CONTENT = { text: ["text"], file: ["url"], structured: [], secure_form: ["form"], location: ["latitude", "longitude"] };
const NEWS = ["opened", "agent_joined", "transferred", "off_hours", "survey_started", "closed"];

function signature(secret, id, timestamp, body) {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  return createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
}

function same(one, other) {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Throws what is wrong with a post by the contract. */
function check(post, id) {
  assert.equal(typeof post.to, "string");
  assert.ok(Number.isInteger(post.timestamp) && Math.abs(post.timestamp - Date.now()) < 300_000, "timestamp");
  if (post.type === "typing") return assert.ok(["composing", "paused", "active", "inactive", "gone"].includes(post.state));
  if (post.type === "receipt") {
    assert.equal(typeof post.message, "string");
    return assert.ok(["delivered", "read", "accessed", "failed"].includes(post.status));
  }
  assert.equal(post.id, id, "id is not the webhook-id");
  if (post.type === "conversation") {
    assert.equal(typeof post.conversation_id, "string");
    return assert.ok(NEWS.includes(post.news), post.news);
  }
  assert.equal(post.type, "message");
  assert.equal(typeof post.text, "string");
  const required = CONTENT[post.content.type];
  assert.ok(required, post.content.type);
  for (const name of required) assert.notEqual(post.content[name], undefined, name);
  for (const choice of post.choices ?? []) {
    for (const name of ["reference", "title", "text"]) assert.equal(typeof choice[name], "string", name);
  }
}

export class App {
  constructor() {
    this.secret = SECRET;
    /** Every authentic post in the order of arrival, repeated ones too: `{ at, id, body, status }`. */
    this.posts = [];
    /** What was wrong with posts. */
    this.faults = [];
    /** Set to `(body) => status | { status, headers, body } | undefined`, or a promise of it, to answer otherwise; a status of 0 hangs up. */
    this.answer = (body) => this.upsets.get(body.to)?.();
    this.upsets = new Map();
    this.files = new Map();
    this.downloads = [];
    this.known = new Set();
  }

  async start(port = 0) {
    this.server = createServer((request, response) =>
      this.#serve(request, response).catch((error) => response.writeHead(500).end(String(error))),
    );
    this.server.listen(port, "127.0.0.1");
    await once(this.server, "listening");
    this.port = this.server.address().port;
    this.address = `http://127.0.0.1:${this.port}`;
    this.url = `${this.address}/app`;
    return this;
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  /** Answers otherwise where one person is concerned: until `content(person)`, or for some milliseconds. */
  async upset(person, answer, ms) {
    this.upsets.set(person, answer);
    if (ms === undefined) return;
    await sleep(ms);
    this.content(person);
  }

  content(person) {
    this.upsets.delete(person);
  }

  /** Gone for a while: nobody listens any more, until `back`. */
  async away() {
    await this.stop();
  }

  async back() {
    await this.start(this.port);
  }

  /** Puts up a person's file; answers its address. */
  serveFile(name, bytes, { mediaType = "application/octet-stream", status = 200 } = {}) {
    const path = `/files/${randomUUID()}/${encodeURIComponent(name)}`;
    this.files.set(path, { bytes, mediaType, status });
    return this.address + path;
  }

  /** What a person was sent, each once: messages and news, in order. */
  inbox(person) {
    const seen = new Set();
    const shown = ({ status, body, id }) => {
      const taken = body.to === person && ["message", "conversation"].includes(body.type) && status === 200;
      return taken && !seen.has(id) && seen.add(id);
    };
    return this.posts.filter(shown).map(({ body }) => body);
  }

  messages(person) {
    return this.inbox(person).filter(({ type }) => type === "message");
  }

  texts(person) {
    return this.messages(person).map(({ text }) => text);
  }

  news(person) {
    return this.inbox(person).filter(({ type }) => type === "conversation");
  }

  signals(person, type) {
    return this.posts.filter(({ body }) => body.to === person && body.type === type).map(({ body }) => body);
  }

  async #serve(request, response) {
    const body = await bodyOf(request);
    const file = this.files.get(request.url);
    if (file) {
      this.downloads.push({ method: request.method, url: request.url, headers: request.headers });
      const headers = { "content-type": file.mediaType, "content-length": file.bytes.length };
      response.writeHead(file.status, headers).end(request.method === "HEAD" ? undefined : file.bytes);
      return;
    }
    if (request.url !== "/app" || request.method !== "POST") return void response.writeHead(404).end();
    await this.#receive(request, body, response);
  }

  async #receive(request, raw, response) {
    const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signed = "" } = request.headers;
    const good = signature(this.secret, id, timestamp, raw);
    const fresh = Math.abs(Date.now() / 1000 - Number(timestamp)) < 300;
    if (!fresh || !signed.split(" ").some((one) => same(one, `v1,${good}`))) {
      this.faults.push(`signature of ${id}`);
      return void response.writeHead(401).end();
    }
    const body = JSON.parse(raw);
    try {
      assert.equal(request.headers["content-type"], "application/json");
      check(body, id);
    } catch (error) {
      this.faults.push(`${error.message}: ${raw}`);
      return void response.writeHead(400).end();
    }
    const wanted = (await this.answer(body)) ?? (this.known.has(id) ? 409 : 200);
    const { status, headers, body: text } = typeof wanted === "number" ? { status: wanted } : wanted;
    this.posts.push({ at: Date.now(), id, body, status });
    if (status === 0) return void request.socket.destroy();
    if (status < 300) this.known.add(id);
    response.writeHead(status, headers ?? {}).end(text ?? "");
  }
}

/**
 * Posts to a channel of the connector as the app does; answers the response. `body` is an event, or a whole body.
 * `secret`, `id`, `timestamp` (seconds) and `headers` differ from what is right where a test wants that.
 */
export function post(world, body, { channel = "app", secret = world.app?.secret ?? SECRET, id, timestamp, headers = {} } = {}) {
  const raw = typeof body === "string" ? body : JSON.stringify(body);
  const named = id ?? `post_${randomUUID()}`;
  const at = String(timestamp ?? Math.floor(Date.now() / 1000));
  const all = {
    "content-type": "application/json",
    "webhook-id": named,
    "webhook-timestamp": at,
    "webhook-signature": `v1,${signature(secret, named, at, raw)}`,
    ...headers,
  };
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
  return fetch(`${world.connector}/channels/${channel}`, { method: "POST", headers: present, body: raw });
}

let events = 0;

/** A person does something: an event without `id` and `from`. Answers its id once the connector has stored it. */
export async function does(world, person, event, options) {
  events += 1;
  const id = event.id ?? `e-${events}`;
  const named = ["typing", "receipt"].includes(event.type) ? {} : { id };
  // By this the desk's conversation is found again.
  const profile = { user_id: person, ...event.profile };
  const response = await post(world, { ...event, ...named, from: person, profile }, options);
  assert.equal(response.status, 200, await response.text());
  return id;
}

/** A person writes a text. */
export function says(world, person, text, { profile, ...options } = {}) {
  return does(world, person, { type: "message", content: { type: "text", text }, profile }, options);
}
