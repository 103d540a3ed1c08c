// An operator: requests to the admin API, and what is in their answers that must not be.

import assert from "node:assert/strict";

/** The token of .dev.vars.example. */
export const TOKEN = "local-admin-token-of-the-simulator";

/** A request as it is; `headers` overrides, with null taking a header away. Answers `{ status, headers, body }`. */
export async function request(world, method, path, { body, headers = {} } = {}) {
  const all = {
    authorization: `Bearer ${TOKEN}`,
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...headers,
  };
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
  const sent = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(`${world.connector}${path}`, { method, headers: present, body: sent });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

/** A request that succeeds; answers its JSON, which is also kept in `world.answers`. */
export async function admin(world, method, path, body) {
  const answer = await request(world, method, path, { body });
  assert.equal(answer.status, 200, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  (world.answers ??= []).push(JSON.stringify(answer.body));
  return answer.body;
}

/** The consumer behind a number. */
export const consumerOf = (world, address, channel = "support-sms") =>
  admin(world, "POST", "/admin/consumers/find", { channel, address });

/** Every message of a consumer, the oldest first. */
export async function messagesOf(world, key, query = "") {
  const { messages } = await admin(world, "GET", `/admin/consumers/${key}/messages${query}`);
  return messages.reverse();
}

export const trace = (world, key, message) =>
  admin(world, "GET", `/admin/consumers/${key}/messages/${encodeURIComponent(message)}`);

/** What a trace tells, in order. */
export const steps = ({ trace: told }) => told.map(({ event, because }) => because?.cause ?? because?.reason ?? event);
