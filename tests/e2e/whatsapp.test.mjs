// WhatsApp, with the simulator's own reading of Meta's documents on the other side: what WhatsApp has of its own. What it has in
// common with others is in platforms.test.mjs.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { act, agentSays, conversationOf, desk, eventually, fault, settings, startWorld, talking } from "./support/harness.mjs";
import { PlatformPerson } from "./support/platform-person.mjs";

let world;
before(async () => (world = await startWorld({ vars: { CHANNEL_WHATSAPP: { notify_agent: true, list_button: "Wählen" } } })));
after(() => world?.stop());
beforeEach(async () => {
  await world.control("DELETE", "/control/faults");
  await settings(world, { meta: { failures_by_status: true } });
});

const somebody = (n) => new PlatformPerson(() => world, "whatsapp", `1555030${String(n).padStart(4, "0")}`);

/** The conversation of somebody who has just said something. */
async function begins(person, text = "Hello") {
  await person.does({ kind: "text", text });
  return (await talking(world, person.id)).id;
}

/** A message at the desk, once there is one that is so. */
const atDesk = (id, is, label) =>
  eventually(async () => (await desk(world, id)).messages.find(is), { timeout: 30_000, label, world });

const told = (id, wanted) => atDesk(id, ({ role, text }) => role === "CONSUMER" && text === wanted, wanted);

test("nothing passes unsigned, and another number's callback is answered and not read", async () => {
  const raw = (request) => world.control("POST", "/control/platforms/whatsapp/raw", request);
  assert.equal((await raw({ body: { entry: [] }, sign: false })).status, 401);
  const message = { id: "wamid.other", from: "15550309999", timestamp: "1795000001", type: "text", text: { body: "to another number" } };
  const value = { messaging_product: "whatsapp", metadata: { phone_number_id: "106540000000002" }, messages: [message] };
  assert.equal((await raw({ body: { object: "whatsapp_business_account", entry: [{ id: "1", changes: [{ field: "messages", value }] }] } })).status, 200);
  await eventually(() => world.logs().includes("other_number"), { label: "that it was counted", world });
  assert.equal(await conversationOf(world, "15550309999"), undefined);
});

test("a person who hides the number stays the same person, and is answered", async () => {
  const ada = somebody(1);
  await ada.set({ name: "Ada", username: "ada.k" });
  const id = await begins(ada, "with a number");
  await ada.set({ hides_number: true });
  await ada.does({ kind: "text", text: "without one" });
  await told(id, "without one");
  await agentSays(world, id, "still here");
  const [message] = await ada.received(1);
  assert.equal(message.text, "still here");
  await atDesk(id, ({ text, receipts }) => text === "still here" && receipts.includes("ACCEPT"), "the receipt");
});

test("what the person does beside talking is told in the open conversation", async () => {
  const ben = somebody(2);
  const id = await begins(ben);
  await agentSays(world, id, "Hello Ben");
  await ben.received(1);
  await ben.does({ kind: "reaction", emoji: "👍" });
  await told(id, "[reacted with 👍]");
  const own = await ben.does({ kind: "text", text: "Munday" });
  await ben.does({ kind: "edit", message: own.id, text: "Monday" });
  await told(id, "[edited] Monday");
  await ben.does({ kind: "unsend", message: own.id });
  await told(id, "[took a message back]");
  await ben.does({ kind: "text", text: "Look", forwarded: true });
  await told(id, "Look");
  await told(id, "[forwarded]");
  await ben.does({ kind: "text", text: "And this", referral: true });
  await told(id, "[came from an ad: Shoes https://fb.example/ad]");
  await ben.does({ kind: "preference" });
  await told(id, "[wants no more marketing messages]");
});

test("contacts, places, voice messages and orders are told in words", async () => {
  const cleo = somebody(3);
  await cleo.does({ kind: "contact", name: "Bob Stone" });
  const { id } = await talking(world, cleo.id);
  const begin = (start) => atDesk(id, ({ role, text }) => role === "CONSUMER" && text?.startsWith(start), start);
  await begin("[contact] Bob Stone");
  await cleo.does({ kind: "voice" });
  await begin("[File: voice message (audio/ogg)]");
  await cleo.does({ kind: "order" });
  await begin("[order]");
  await cleo.does({ kind: "location", latitude: 52.37, longitude: 4.89, name: "Dam" });
  await begin("Dam\n");
});

test("more choices than buttons are a list, and a row that is chosen goes back with its metadata", async () => {
  const dora = somebody(4);
  const id = await begins(dora);
  const reply = (title) => ({
    type: "button",
    title,
    click: { actions: [{ type: "publishText", text: `I take ${title}` }], metadata: [{ type: "ExternalId", id: `size-${title}` }] },
  });
  const replies = ["XS", "S", "M", "L", "XL"].map(reply);
  await agentSays(world, id, "Which size?", { quickReplies: { type: "quickReplies", itemsPerRow: 8, replies } });
  const [list] = await dora.received(1);
  assert.equal(list.content.interactive?.action?.button ?? list.content.action?.button, "Wählen", JSON.stringify(list.content));
  await dora.tap("M");
  const chosen = await told(id, "I take M");
  assert.deepEqual(chosen.metadata, [{ type: "ExternalId", id: "size-M" }]);
});

test("several messages in one callback are all heard, in order", async () => {
  const emil = somebody(5);
  await emil.does({ batch: [{ kind: "text", text: "one" }, { kind: "text", text: "two" }, { kind: "text", text: "three" }] });
  const { messages } = await talking(world, emil.id, 3);
  const said = messages.filter(({ role, text }) => role === "CONSUMER" && text).map(({ text }) => text);
  assert.deepEqual(said, ["one", "two", "three"]);
});

test("after 24 hours the agent is told why an answer did not arrive, and after a word of the person's it does", { timeout: 90_000 }, async () => {
  const fay = somebody(6);
  await settings(world, { meta: { failures_by_status: false } });
  const id = await begins(fay);
  await fay.set({ silent_for_s: 25 * 3600 });
  await agentSays(world, id, "Too late");
  const over = ({ text }) => text?.includes("the 24 hours in which WhatsApp allows free answers are over");
  const told = (times) =>
    eventually(async () => (await desk(world, id)).messages.filter(over).length === times, { timeout: 30_000, label: `${times} lines about the 24 hours`, world });
  await told(1);
  assert.equal(await fay.count(), 0);
  await settings(world, { meta: { failures_by_status: true } });
  await agentSays(world, id, "Too late again");
  await told(2);
  await fay.does({ kind: "text", text: "I am back" });
  await agentSays(world, id, "Now it arrives");
  const [message] = await fay.received(1);
  assert.equal(message.text, "Now it arrives");
});

test("a file that Meta cannot take becomes a link", async () => {
  const gus = somebody(7);
  const id = await begins(gus);
  await act(world, id, "files", { name: "moves.gif", fileType: "GIF" });
  const [message] = await gus.received(1);
  assert.match(message.text, /moves\.gif: http.*\/files\//);
});

test("what fails on the way arrives once and in order", { timeout: 90_000 }, async () => {
  const hal = somebody(8);
  const id = await begins(hal);
  const match = { number: hal.id };
  await fault(world, [
    { on: "whatsapp", action: { kind: "graph_error", code: 130429 }, times: 1, match },
    { on: "whatsapp", action: { kind: "graph_error", code: 131016, status: 503 }, times: 1, match },
    { on: "whatsapp", action: { kind: "drop_before" }, times: 1, match },
  ]);
  for (const n of [1, 2, 3]) await agentSays(world, id, `answer ${n}`);
  const messages = await hal.received(3);
  assert.deepEqual(messages.map(({ text }) => text), ["answer 1", "answer 2", "answer 3"]);
});

test("the simulator found nothing wrong with what the connector asked, but for the answer that came too late", async () => {
  const { entries } = await world.control("GET", "/control/journal?side=whatsapp");
  assert.ok(entries.length > 10, `${entries.length} calls`);
  const wrong = entries.filter(({ status, fault: made }) => !made && status >= 400);
  assert.equal(wrong.length, 1, JSON.stringify(wrong));
});
