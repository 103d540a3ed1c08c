// WhatsApp, with the simulator's own reading of Meta's documents on the other side: what both take is no misreading of one.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { act, agentCloses, agentSays, conversationOf, conversations, desk, eventually, fault, startWorld, talking } from "./support/harness.mjs";

const PEOPLE = "/control/platforms/whatsapp/people";

let world;
before(async () => (world = await startWorld({ vars: { CHANNEL_WHATSAPP: { notify_agent: true } } })));
after(() => world?.stop());
beforeEach(() => world.control("DELETE", "/control/faults"));

const person = (id) => world.control("GET", `${PEOPLE}/${id}`);
const change = (id, settings) => world.control("POST", `${PEOPLE}/${id}`, settings);

/** A person does something; answers its id once the connector has answered 200. */
async function does(id, deed) {
  const answer = await world.control("POST", `${PEOPLE}/${id}/events`, deed);
  assert.equal(answer.status, 200, JSON.stringify(answer));
  return answer.id;
}

const says = (id, text) => does(id, { kind: "text", text });

/** The conversation of somebody who has said something. */
async function begins(id, text = "Hello") {
  await says(id, text);
  return (await talking(world, id)).id;
}

const receivedBy = async (id) => (await person(id)).messages.filter(({ direction }) => direction === "received");

/** The messages that a person has received, once there are so many. */
const received = (id, count) =>
  eventually(async () => {
    const messages = await receivedBy(id);
    return messages.length >= count && messages;
  }, { timeout: 30_000, label: `${count} messages of ${id}`, world });

/** What a conversation at the desk has of the consumer, once it is so. */
const atDesk = (id, is, label) =>
  eventually(async () => {
    const { messages } = await desk(world, id);
    return messages.find((message) => message.role === "CONSUMER" && is(message));
  }, { timeout: 30_000, label, world });

test("Meta finds the address to be ours by the verify token only", async () => {
  const known = await world.control("POST", "/control/platforms/whatsapp/handshake", {});
  assert.equal(known.verified, true, JSON.stringify(known));
  const other = await world.control("POST", "/control/platforms/whatsapp/handshake", { token: "another" });
  assert.deepEqual([other.verified, other.status], [false, 403]);
  const unsigned = await world.control("POST", "/control/platforms/whatsapp/raw", { body: { entry: [] }, sign: false });
  assert.equal(unsigned.status, 401);
});

test("texts, receipts, typing and the close go both ways", async () => {
  const ada = "15550200001";
  await change(ada, { name: "Ada" });
  const id = await begins(ada, "Café 😀 at http://a.example?");
  assert.equal((await talking(world, ada)).messages.find(({ role }) => role === "CONSUMER").text, "Café 😀 at http://a.example?");
  await agentSays(world, id, "Hello Ada 👋");
  const [message] = await received(ada, 1);
  assert.deepEqual([message.text, message.kind], ["Hello Ada 👋", "text"]);
  const told = (status) =>
    eventually(async () => {
      const { messages } = await desk(world, id);
      return messages.find(({ text }) => text === "Hello Ada 👋").receipts.includes(status);
    }, { timeout: 30_000, label: status, world });
  await told("ACCEPT");
  await world.control("POST", `${PEOPLE}/${ada}/read`);
  await told("READ");
  await act(world, id, "typing");
  await eventually(async () => (await person(ada)).typing, { label: "typing", world });
  await act(world, id, "read");
  await eventually(async () => (await person(ada)).messages.find(({ direction }) => direction === "sent").receipts.includes("read"), { label: "read, on the phone", world });
  await agentCloses(world, id);
  await says(ada, "Again");
  await eventually(async () => (await conversations(world)).filter(({ consumer }) => consumer.number === ada).length === 2, { timeout: 30_000, label: "another conversation", world });
});

test("a picture and an agent's files go through, byte for byte", async () => {
  const ben = "15550200002";
  const bytes = Buffer.from("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489", "hex");
  await does(ben, { kind: "picture", media_type: "image/png", base64: bytes.toString("base64"), text: "this one" });
  const stored = await eventually(async () => (await world.control("GET", "/control/files")).files.find(({ byAgent, size }) => !byAgent && size), { timeout: 30_000, label: "the picture", world });
  const there = await fetch(`${world.simulator}/control/files/content?path=${encodeURIComponent(stored.path)}`);
  assert.ok(Buffer.from(await there.arrayBuffer()).equals(bytes));
  await does(ben, { kind: "voice" });
  const { id } = await talking(world, ben, 1);
  await atDesk(id, ({ text }) => text?.startsWith("[File: voice message (audio/ogg)]"), "the voice message");
  await act(world, id, "files", { name: "invoice.pdf", fileType: "PDF", caption: "Your invoice" });
  await act(world, id, "files", { name: "map.png", fileType: "PNG" });
  const [document, picture] = await received(ben, 2);
  assert.deepEqual([document.kind, document.content.filename], ["document", "invoice.pdf"]);
  assert.equal(picture.kind, "image");
});

test("what a bot offers can be tapped, in buttons and in lists, and goes back with its metadata", { timeout: 60_000 }, async () => {
  const cleo = "15550200003";
  const id = await begins(cleo);
  const { palette } = await world.control("GET", "/control/palette");
  for (const { name, kind, ...body } of palette) await act(world, id, kind === "rich" ? "rich" : "messages", body);
  const button = (title) => ({
    type: "button",
    title,
    click: { actions: [{ type: "publishText", text: `I take ${title}` }], metadata: [{ type: "ExternalId", id: `tap-${title}` }] },
  });
  const replies = (titles) => ({ type: "quickReplies", itemsPerRow: 8, replies: titles.map(button) });
  await agentSays(world, id, "Colour?", { quickReplies: replies(["Red", "Blue"]) });
  await agentSays(world, id, "Size?", { quickReplies: replies(["XS", "S", "M", "L", "XL"]) });
  await eventually(async () => (await receivedBy(cleo)).find(({ text }) => text.includes("Size?")), { timeout: 50_000, label: "all of it", world });
  for (const title of ["Blue", "M"]) {
    const tapped = await world.control("POST", `${PEOPLE}/${cleo}/tap`, { button: title });
    assert.equal(tapped.status, 200);
    const said = await atDesk(id, ({ text }) => text === `I take ${title}`, title);
    assert.deepEqual(said.metadata.map(({ id }) => id), [`tap-${title}`]);
  }
});

test("a person who hides the number stays the same person, and is answered", async () => {
  const dora = "15550200004";
  const id = await begins(dora, "with a number");
  await change(dora, { hides_number: true });
  await says(dora, "without one");
  await atDesk(id, ({ text }) => text === "without one", "the same conversation");
  await agentSays(world, id, "still here");
  const [message] = await received(dora, 1);
  assert.equal(message.text, "still here");
});

test("reactions, edits, contacts and places are told at the desk", async () => {
  const emil = "15550200005";
  const id = await begins(emil);
  await agentSays(world, id, "Hello Emil");
  await received(emil, 1);
  await does(emil, { kind: "reaction", emoji: "👍" });
  await atDesk(id, ({ text }) => text === "[reacted with 👍]", "the reaction");
  const own = await says(emil, "Munday");
  await does(emil, { kind: "edit", message: own, text: "Monday" });
  await atDesk(id, ({ text }) => text === "[edited] Monday", "the edit");
  await does(emil, { kind: "unsend", message: own });
  await atDesk(id, ({ text }) => text === "[took a message back]", "the message taken back");
  await does(emil, { kind: "contact", name: "Bob Stone" });
  await atDesk(id, ({ text }) => text?.startsWith("[contact] Bob Stone"), "the contact");
  await does(emil, { kind: "location", latitude: 52.37, longitude: 4.89, name: "Dam" });
  await atDesk(id, ({ text }) => text?.includes("Dam") && text.includes("52.37,4.89"), "the place");
  await does(emil, { kind: "text", text: "Look", forwarded: true });
  await atDesk(id, ({ text }) => text === "[forwarded]", "that it was forwarded");
});

test("a callback that comes again, and a batch, have one effect each", async () => {
  const fay = "15550200006";
  const first = await says(fay, "Once");
  const { id } = await talking(world, fay);
  const again = await world.control("POST", "/control/platforms/whatsapp/redeliver", { id: first });
  assert.equal(again.status, 200);
  await does(fay, { batch: [{ kind: "text", text: "two" }, { kind: "text", text: "three" }] });
  await talking(world, fay, 3);
  await says(fay, "four");
  const { messages } = await talking(world, fay, 4);
  const said = messages.filter(({ role, text }) => role === "CONSUMER" && text).map(({ text }) => text);
  assert.deepEqual(said, ["Once", "two", "three", "four"]);
  assert.equal((await conversationOf(world, fay)).id, id);
});

test("after 24 hours the agent is told why the answer did not arrive", async () => {
  const gus = "15550200007";
  await world.control("POST", "/control/settings", { meta: { failures_by_status: false } });
  const id = await begins(gus);
  await change(gus, { silent_for_s: 25 * 3600 });
  await agentSays(world, id, "Too late");
  const line = (words) =>
    eventually(async () => {
      const { messages } = await desk(world, id);
      return messages.find(({ text }) => text?.includes(words));
    }, { timeout: 30_000, label: words, world });
  await line("the 24 hours in which WhatsApp allows free answers are over");
  assert.deepEqual(await receivedBy(gus), []);
  await world.control("POST", "/control/settings", { meta: { failures_by_status: true } });
  await agentSays(world, id, "Too late again");
  await line("the platform reported later that it failed");
  await says(gus, "I am back");
  await agentSays(world, id, "Now it arrives");
  const [message] = await received(gus, 1);
  assert.equal(message.text, "Now it arrives");
});

test("what fails on the way arrives once and in order", { timeout: 60_000 }, async () => {
  const hal = "15550200008";
  const id = await begins(hal);
  await fault(world, [
    { on: "whatsapp", action: { kind: "graph_error", code: 130429 }, times: 1 },
    { on: "whatsapp", action: { kind: "status", status: 503, body: { error: { code: 131016, message: "down" } } }, times: 1 },
    { on: "whatsapp", action: { kind: "drop_before" }, times: 1 },
  ].map((rule) => ({ ...rule, match: { text_contains: "answer" } })));
  for (const n of [1, 2, 3]) await agentSays(world, id, `answer ${n}`);
  const messages = await received(hal, 3);
  assert.deepEqual(messages.map(({ text }) => text), ["answer 1", "answer 2", "answer 3"]);
});

test("the simulator found nothing wrong with what the connector sent", async () => {
  const { entries } = await world.control("GET", "/control/journal?side=whatsapp");
  assert.ok(entries.length > 30);
  const wrong = entries.filter(({ status, fault: made, what }) => !made && status >= 400 && what !== "note");
  // The answer after 24 hours is refused with 400, and nothing else.
  assert.deepEqual(wrong.map(({ error, code }) => error?.code ?? code ?? null).filter((code) => code !== 131047), [], JSON.stringify(wrong));
  assert.equal(wrong.length, 1, JSON.stringify(wrong));
});
