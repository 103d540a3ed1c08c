// The app that `npm start` shows beside the desk: the simulator's own reading of the gateway contract, which is another
// than the one in support/app.mjs. What both take is no misreading of one.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { act, agentCloses, agentSays, desk, eventually, fault, startWorld, talking } from "./support/harness.mjs";

let world;
before(async () => (world = await startWorld()));
after(() => world?.stop());
beforeEach(() => world.control("DELETE", "/control/faults"));

const person = (id) => world.control("GET", `/control/app/people/${id}`);

/** A person posts an event; the desk finds the person by `user_id`. */
async function posts(id, event) {
  const answer = await world.control("POST", `/control/app/people/${id}/events`, { profile: { user_id: id }, ...event });
  assert.equal(answer.status, 200);
  return answer.id;
}

const says = (id, text) => posts(id, { type: "message", content: { type: "text", text } });

/** The messages that a person has received, once there are so many. */
const received = (id, count) =>
  eventually(async () => {
    const messages = (await person(id)).messages.filter(({ direction }) => direction === "received");
    return messages.length >= count && messages;
  }, { timeout: 30_000, label: `${count} messages of ${id}`, world });

test("a text goes to the desk and back, with receipts and news on the way", async () => {
  await says("ada", "Hello from the app 👋");
  const { id } = await talking(world, "ada");
  await agentSays(world, id, "Hello Ada");
  const [message] = await received("ada", 1);
  assert.deepEqual([message.text, message.content.type], ["Hello Ada", "text"]);
  await eventually(async () => {
    const { messages } = await desk(world, id);
    return messages.find(({ text }) => text === "Hello Ada").receipts.includes("ACCEPT");
  }, { label: "delivered, at the desk", world });
  await world.control("POST", "/control/app/people/ada/read");
  await eventually(async () => (await desk(world, id)).messages.find(({ text }) => text === "Hello Ada").receipts.includes("READ"), { label: "read, at the desk", world });
  await act(world, id, "read");
  await eventually(async () => (await person("ada")).messages.find(({ direction }) => direction === "sent").receipts.read, { label: "read, in the app", world });
  await act(world, id, "typing");
  await eventually(async () => (await person("ada")).typing, { label: "typing", world });
  await agentCloses(world, id);
  await eventually(async () => (await person("ada")).conversation?.news === "closed", { label: "the close", world });
});

test("every sample of structured content is taken by the app, and a choice goes back with its metadata", { timeout: 60_000 }, async () => {
  await says("ben", "Hello");
  const { id } = await talking(world, "ben");
  const { palette } = await world.control("GET", "/control/palette");
  for (const { name, kind, ...body } of palette) await act(world, id, kind === "rich" ? "rich" : "messages", body);
  await act(world, id, "secure-form", { title: "Your address" });
  await act(world, id, "external-file", { name: "manual.pdf", url: "https://files.example.com/manual.pdf", fileType: "PDF" });
  const messages = await received("ben", palette.length + 2);
  assert.ok(messages.every(({ state }) => state === "received"));
  const { reference, text } = messages.find(({ choices }) => choices?.length > 1).choices[0];
  await posts("ben", { type: "message", content: { type: "choice", reference, text } });
  const { messages: said } = await talking(world, "ben", 2);
  assert.equal(said.filter(({ role, text }) => role === "CONSUMER" && text).at(-1).metadata.length, 1);
});

test("a photo and an agent's file go between app and desk, byte for byte", async () => {
  const { url } = await world.control("POST", "/control/app/files", { name: "photo.png", media_type: "image/png", sample: "png" });
  const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
  await posts("cleo", { type: "message", content: { type: "file", url, name: "photo.png", media_type: "image/png", size: bytes.length } });
  const stored = await eventually(async () => (await world.control("GET", "/control/files")).files.find(({ byAgent, size }) => !byAgent && size), { timeout: 30_000, label: "the photo", world });
  const there = await fetch(`${world.simulator}/control/files/content?path=${encodeURIComponent(stored.path)}`);
  assert.ok(Buffer.from(await there.arrayBuffer()).equals(bytes));
  const { id } = await talking(world, "cleo", 0);
  await act(world, id, "files", { name: "invoice.pdf", fileType: "PDF", base64: Buffer.from("%PDF-1.7 a file").toString("base64") });
  const [{ content }] = await received("cleo", 1);
  assert.equal(await (await fetch(content.url)).text(), "%PDF-1.7 a file");
});

test("an app that fails, hangs up and is slow gets every message once and in order", { timeout: 60_000 }, async () => {
  await says("dora", "Hello");
  const { id } = await talking(world, "dora");
  const match = { number: "dora", text_contains: "answer" };
  await fault(world, [
    { on: "gateway", action: { kind: "status", status: 503 }, times: 1, match },
    { on: "gateway", action: { kind: "drop_after" }, times: 1, match },
    { on: "gateway", action: { kind: "drop_before" }, times: 1, match },
    { on: "gateway", action: { kind: "delay", ms: 500 }, times: 1, match },
  ]);
  for (const n of [1, 2, 3]) await agentSays(world, id, `answer ${n}`);
  const messages = await received("dora", 3);
  assert.deepEqual(messages.map(({ text }) => text), ["answer 1", "answer 2", "answer 3"]);
});

test("the simulated app found nothing wrong with what the connector posted", async () => {
  const { entries } = await world.control("GET", "/control/journal?side=gateway");
  assert.ok(entries.length > 30);
  // 409: a message whose answer was lost comes again, and is known.
  const wrong = entries.filter(({ status, fault: made }) => !made && status >= 400 && status !== 409);
  const notes = entries.filter(({ what, status }) => what === "note" && status !== 409);
  assert.deepEqual([wrong, notes], [[], []]);
});
