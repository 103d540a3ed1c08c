// What Messenger has of its own; the journey that all platforms make is in platforms.test.mjs. On the other side is the simulator's own
// reading of Meta's documents: what both take is no misreading of one.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { act, agentSays, desk, eventually, fault, startWorld, talking } from "./support/harness.mjs";
import { PlatformPerson } from "./support/platform-person.mjs";

let world;
before(async () => (world = await startWorld({ vars: { CHANNEL_MESSENGER: { notify_agent: true, human_agent: true } } })));
after(() => world?.stop());
beforeEach(() => world.control("DELETE", "/control/faults"));

const somebody = (n) => new PlatformPerson(() => world, "messenger", `70000000000001${String(n).padStart(2, "0")}`);
const say = (person, text) => person.does({ kind: "text", text });

/** The conversation of somebody who says something. */
async function begins(person, text = "Hello") {
  await say(person, text);
  return (await talking(world, person.id)).id;
}

/** What a conversation has, once it is so. */
const atDesk = (conversation, is, label) =>
  eventually(async () => (await desk(world, conversation)).messages.find(is), { timeout: 30_000, label, world });

const said = async (person, count) =>
  (await talking(world, person.id, count)).messages.filter(({ role, text }) => role === "CONSUMER" && text).map(({ text }) => text);

test("no callback passes that is not signed", async () => {
  const raw = (request) => world.control("POST", "/control/platforms/messenger/raw", { body: { entry: [] }, ...request });
  assert.equal((await raw({})).status, 200);
  assert.equal((await raw({ sign: false })).status, 401);
  assert.equal((await raw({ get: true, query: "hub.mode=subscribe&hub.challenge=1&hub.verify_token=guessed" })).status, 403);
});

test("the platform is asked who a person is, and told when the agent has seen a message or types no more", async () => {
  const ada = somebody(1);
  await ada.set({ name: "Ada Stone" });
  const id = await begins(ada);
  assert.equal((await desk(world, id)).consumer.profile.firstName, "Ada");
  await act(world, id, "typing");
  await eventually(async () => (await ada.show()).typing, { label: "typing", world });
  await act(world, id, "typing", { chatState: "PAUSE" });
  await eventually(async () => !(await ada.show()).typing, { label: "typing is over", world });
  await act(world, id, "read");
  await eventually(async () => (await ada.messages())[0].receipts.read, { label: "seen", world });
});

test("several attachments are messages of their own, and a caption stands below its file", async () => {
  const ben = somebody(2);
  const id = await begins(ben);
  await ben.does({ kind: "album", files: [{ kind: "picture" }, { kind: "voice" }] });
  await atDesk(id, ({ text }) => text?.startsWith("audio"), "the voice message");
  await act(world, id, "files", { name: "invoice.pdf", fileType: "PDF", caption: "Your invoice" });
  const [document, caption] = await ben.received(2);
  assert.deepEqual([document.kind, caption.text], ["file", "Your invoice"]);
});

test("a button of a card side by side with others goes back with its metadata", async () => {
  const cleo = somebody(3);
  const id = await begins(cleo);
  const cards = ["Small", "Large"].map((size) => ({
    type: "vertical",
    elements: [
      { type: "text", text: size },
      { type: "text", text: "A box" },
      { type: "button", title: `Take ${size}`, click: { actions: [{ type: "publishText", text: `I take ${size}` }], metadata: [{ type: "ExternalId", id: size }] } },
    ],
  }));
  await act(world, id, "rich", { content: { type: "carousel", elements: cards } });
  const [shown] = await cleo.received(1);
  assert.deepEqual([shown.kind, shown.cards.length], ["generic", 2]);
  await cleo.tap("Take Large");
  const choice = await atDesk(id, ({ text }) => text === "I take Large", "the choice");
  assert.deepEqual(choice.metadata, [{ type: "ExternalId", id: "Large" }]);
});

test("reactions, edits, places and what Meta hands over as something else are told at the desk", async () => {
  const emil = somebody(4);
  const id = await begins(emil);
  await agentSays(world, id, "Hello Emil");
  await emil.received(1);
  await emil.does({ kind: "reaction", emoji: "👍" });
  await atDesk(id, ({ text }) => text === "[reacted with 👍]", "the reaction");
  const own = await say(emil, "Munday");
  await emil.does({ kind: "edit", message: own.id, text: "Monday" });
  await atDesk(id, ({ text }) => text === "[edited] Monday", "the edit");
  await emil.does({ kind: "unsend", message: own.id });
  await atDesk(id, ({ text }) => text === "[took a message back]", "the message taken back");
  await emil.does({ kind: "location", latitude: 52.37, longitude: 4.89, name: "Dam" });
  await atDesk(id, ({ text }) => text?.includes("52.37,4.89"), "the place");
  await emil.does({ kind: "postback", title: "Get started", payload: "GET_STARTED" });
  await atDesk(id, ({ text }) => text === "Get started", "the start");
  await emil.does({ kind: "like" });
  await atDesk(id, ({ text }) => text === "👍", "the thumb");
  for (const kind of ["unsupported", "unknown_message", "reel", "share", "link"]) await emil.does({ kind, text: "x" });
  await say(emil, "after all that");
  await atDesk(id, ({ text }) => text === "after all that", "what came after");
});

test("what others have said and what is said to others concerns nobody here", async () => {
  const finn = somebody(5);
  await begins(finn);
  await finn.does({ kind: "echo", text: "from the page's inbox", app_id: "263902037430900" });
  await finn.does({ kind: "text", text: "to the bot", standby: true });
  await finn.does({ kind: "optin" });
  await finn.does({ kind: "change", field: "feed", value: { item: "status" } });
  await finn.does({ kind: "unknown" });
  await say(finn, "to us");
  assert.deepEqual(await said(finn, 2), ["Hello", "to us"]);
  const ignored = world.logs().split("\n").filter((line) => line.includes("callback_ignored"));
  for (const kind of ["echo", "standby", "optin", "field=feed"]) assert.ok(ignored.some((line) => line.includes(kind)), kind);
});

test("a batch of several people is taken whole, in order", async () => {
  const [fay, gil] = [somebody(6), somebody(7)];
  const texts = [["one", fay], ["from another", gil], ["two", fay]];
  await fay.does({ batch: texts.map(([text, { id: person }]) => ({ kind: "text", text, person })) });
  assert.deepEqual(await said(fay, 2), ["one", "two"]);
  assert.deepEqual(await said(gil, 1), ["from another"]);
});

test("when the time to answer is over the agent is told so, and the next words of the person open it again", async () => {
  const hal = somebody(8);
  const id = await begins(hal);
  await hal.set({ silent_for_s: 8 * 24 * 3600 });
  await agentSays(world, id, "Much too late");
  await atDesk(id, ({ text }) => text?.includes("the time in which Meta allows answers is over"), "why");
  await say(hal, "I am back");
  await agentSays(world, id, "Now it arrives");
  const [message] = await hal.received(1);
  assert.equal(message.text, "Now it arrives");
});

test("what fails on the way arrives once and in order", { timeout: 60_000 }, async () => {
  const ida = somebody(9);
  const id = await begins(ida);
  await fault(world, [
    { on: "messenger", action: { kind: "graph_error", code: 613 }, times: 1 },
    { on: "messenger", action: { kind: "graph_error", code: 2, status: 503, transient: true }, times: 1 },
    { on: "messenger", action: { kind: "drop_before" }, times: 1 },
  ].map((rule) => ({ ...rule, match: { text_contains: "answer" } })));
  for (const n of [1, 2, 3]) await agentSays(world, id, `answer ${n}`);
  const messages = await ida.received(3);
  assert.deepEqual(messages.map(({ text }) => text), ["answer 1", "answer 2", "answer 3"]);
});

test("the platform found nothing wrong with what the connector asked", async () => {
  const { entries } = await world.control("GET", "/control/journal?side=messenger");
  assert.ok(entries.length > 10);
  const wrong = entries.filter(({ status, fault: made }) => !made && status >= 400);
  // The answer after eight days, and nothing else.
  assert.equal(wrong.length, 1, JSON.stringify(wrong));
});
