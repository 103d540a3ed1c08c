// Messenger, with the simulator's own reading of Meta's documents on the other side: what both take is no misreading of one.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { act, agentCloses, agentSays, conversationOf, conversations, desk, eventually, fault, startWorld, talking } from "./support/harness.mjs";
import { peopleOf } from "./support/social.mjs";

const PIXEL = Buffer.from("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489", "hex");

let world;
let people;
before(async () => {
  world = await startWorld({ vars: { CHANNEL_MESSENGER: { notify_agent: true, human_agent: true } } });
  people = peopleOf(world, "messenger");
});
after(() => world?.stop());
beforeEach(() => world.control("DELETE", "/control/faults"));

test("Meta finds the address to be ours by the verify token only, and no callback passes unsigned", async () => {
  assert.equal((await people.handshake()).verified, true);
  const other = await people.handshake({ token: "another" });
  assert.deepEqual([other.verified, other.status], [false, 403]);
  assert.equal((await people.raw({ body: { entry: [] }, sign: false })).status, 401);
  assert.equal((await people.raw({ body: { entry: [] } })).status, 200);
});

test("texts, receipts, typing and the close go both ways", async () => {
  const ada = "7000000000000011";
  await people.change(ada, { name: "Ada Stone" });
  const id = await people.begins(ada, "Café 😀 at http://a.example?");
  const known = await talking(world, ada);
  assert.equal(known.messages.find(({ role }) => role === "CONSUMER").text, "Café 😀 at http://a.example?");
  assert.equal(known.consumer.profile.firstName, "Ada", "the platform was asked who it is");
  await agentSays(world, id, "Hello Ada 👋");
  const [message] = await people.receives(ada, 1);
  assert.deepEqual([message.text, message.kind], ["Hello Ada 👋", "text"]);
  assert.equal(message.content.messaging_type, "RESPONSE");
  const told = (status) =>
    eventually(async () => {
      const { messages } = await desk(world, id);
      return messages.find(({ text }) => text === "Hello Ada 👋").receipts.includes(status);
    }, { timeout: 30_000, label: status, world });
  await told("ACCEPT");
  await people.reads(ada);
  await told("READ");
  await act(world, id, "typing");
  await eventually(async () => (await people.person(ada)).typing, { label: "typing", world });
  await act(world, id, "typing", { chatState: "PAUSE" });
  await eventually(async () => !(await people.person(ada)).typing, { label: "typing is over", world });
  await act(world, id, "read");
  await eventually(async () => (await people.sent(ada))[0].receipts.includes("read"), { label: "seen", world });
  await agentCloses(world, id);
  await people.says(ada, "Again");
  const theirs = async () => (await conversations(world)).filter(({ consumer }) => consumer.number === ada);
  await eventually(async () => (await theirs()).length === 2, { timeout: 30_000, label: "another conversation", world });
});

test("a picture and an agent's files go through, byte for byte", async () => {
  const ben = "7000000000000012";
  const id = await people.begins(ben);
  await people.does(ben, { kind: "picture", media_type: "image/png", base64: PIXEL.toString("base64") });
  const stored = await eventually(async () => (await world.control("GET", "/control/files")).files.find(({ byAgent, size }) => !byAgent && size), { timeout: 30_000, label: "the picture", world });
  const there = await fetch(`${world.simulator}/control/files/content?path=${encodeURIComponent(stored.path)}`);
  assert.ok(Buffer.from(await there.arrayBuffer()).equals(PIXEL));
  await people.does(ben, { kind: "album", files: [{ kind: "picture" }, { kind: "voice" }] });
  await people.atDesk(id, ({ text }) => text?.startsWith("audio"), "the voice message");
  await act(world, id, "files", { name: "invoice.pdf", fileType: "PDF", caption: "Your invoice" });
  await act(world, id, "files", { name: "map.png", fileType: "PNG" });
  const [document, caption, picture] = await people.receives(ben, 3);
  assert.deepEqual([document.kind, caption.text, picture.kind], ["file", "Your invoice", "picture"]);
});

test("what a bot offers can be tapped, on buttons, cards and quick replies, and goes back with its metadata", { timeout: 120_000 }, async () => {
  const cleo = "7000000000000013";
  const id = await people.begins(cleo);
  const { palette } = await world.control("GET", "/control/palette");
  for (const { name, kind, ...body } of palette) await act(world, id, kind === "rich" ? "rich" : "messages", body);
  const button = (title) => ({
    type: "button",
    title,
    click: { actions: [{ type: "publishText", text: `I take ${title}` }], metadata: [{ type: "ExternalId", id: `tap-${title}` }] },
  });
  const card = (elements) => ({ type: "vertical", elements });
  const words = (text) => ({ type: "text", text });
  await act(world, id, "rich", { content: card([words("Call?"), button("Yes"), button("No")]) });
  const cards = ["Small", "Large"].map((size) => card([words(size), words("A box"), button(`Box ${size}`)]));
  await act(world, id, "rich", { content: { type: "carousel", elements: cards } });
  await agentSays(world, id, "Colour?", { quickReplies: { type: "quickReplies", itemsPerRow: 8, replies: ["Red", "Blue"].map(button) } });
  await eventually(async () => (await people.received(cleo)).find(({ text }) => text === "Colour?"), { timeout: 90_000, label: "all of it", world });
  for (const title of ["Yes", "Box Large", "Blue"]) {
    await people.taps(cleo, title);
    const said = await people.atDesk(id, ({ text }) => text === `I take ${title}`, title);
    assert.deepEqual(said.metadata.map(({ id }) => id), [`tap-${title}`]);
  }
});

test("reactions, edits, places and what Meta hands over as something else are told at the desk", async () => {
  const emil = "7000000000000014";
  const id = await people.begins(emil);
  await agentSays(world, id, "Hello Emil");
  await people.receives(emil, 1);
  await people.does(emil, { kind: "reaction", emoji: "👍" });
  await people.atDesk(id, ({ text }) => text === "[reacted with 👍]", "the reaction");
  const own = await people.says(emil, "Munday");
  await people.does(emil, { kind: "edit", message: own, text: "Monday" });
  await people.atDesk(id, ({ text }) => text === "[edited] Monday", "the edit");
  await people.does(emil, { kind: "unsend", message: own });
  await people.atDesk(id, ({ text }) => text === "[took a message back]", "the message taken back");
  await people.does(emil, { kind: "location", latitude: 52.37, longitude: 4.89, name: "Dam" });
  await people.atDesk(id, ({ text }) => text?.includes("52.37,4.89"), "the place");
  await people.does(emil, { kind: "postback", title: "Get started", payload: "GET_STARTED" });
  await people.atDesk(id, ({ text }) => text === "Get started", "the start");
  for (const kind of ["unsupported", "unknown_message", "reel", "share", "like", "link"]) await people.does(emil, { kind, text: "x" });
  await people.says(emil, "after all that");
  await people.atDesk(id, ({ text }) => text === "after all that", "what came after");
});

test("what others have said and what is said to others concerns nobody here", async () => {
  const finn = "7000000000000015";
  const id = await people.begins(finn);
  await people.does(finn, { kind: "echo", text: "from the page's inbox", app_id: "263902037430900" });
  await people.does(finn, { kind: "text", text: "to the bot", standby: true });
  await people.does(finn, { kind: "optin" });
  await people.does(finn, { kind: "change", field: "feed", value: { item: "status" } });
  await people.does(finn, { kind: "unknown" });
  await people.says(finn, "to us");
  await people.atDesk(id, ({ text }) => text === "to us", "what is ours");
  const { messages } = await desk(world, id);
  assert.deepEqual(messages.filter(({ role, text }) => role === "CONSUMER" && text).map(({ text }) => text), ["Hello", "to us"]);
  for (const kind of ["echo", "standby", "optin", "field=feed"]) {
    assert.ok(world.logs().split("\n").some((line) => line.includes("callback_ignored") && line.includes(`"${kind}"`)), kind);
  }
});

test("a callback that comes again, and a batch of several people, have one effect each", async () => {
  const [fay, gil] = ["7000000000000016", "7000000000000017"];
  const first = await people.says(fay, "Once");
  const { id } = await talking(world, fay);
  assert.equal((await people.again(first)).status, 200);
  await people.does(fay, { batch: [{ kind: "text", text: "two" }, { kind: "text", text: "from another", person: gil }, { kind: "text", text: "three" }] });
  const texts = async (person, count) => {
    const { messages } = await talking(world, person, count);
    return messages.filter(({ role, text }) => role === "CONSUMER" && text).map(({ text }) => text);
  };
  await people.says(fay, "four");
  assert.deepEqual(await texts(fay, 4), ["Once", "two", "three", "four"]);
  assert.deepEqual(await texts(gil, 1), ["from another"]);
  assert.equal((await conversationOf(world, fay)).id, id);
});

test("people may answer for seven days, and later the agent is told why it did not arrive", async () => {
  const hal = "7000000000000018";
  const id = await people.begins(hal);
  await agentSays(world, id, "At once");
  await people.receives(hal, 1);
  await people.change(hal, { silent_for_s: 8 * 24 * 3600 });
  await agentSays(world, id, "Much too late");
  await eventually(async () => {
    const { messages } = await desk(world, id);
    return messages.find(({ text }) => text?.includes("the time in which Meta allows answers is over"));
  }, { timeout: 30_000, label: "why", world });
  await people.says(hal, "I am back");
  await agentSays(world, id, "Now it arrives");
  const messages = await people.receives(hal, 2);
  assert.deepEqual(messages.map(({ text }) => text), ["At once", "Now it arrives"]);
});

test("what fails on the way arrives once and in order", { timeout: 60_000 }, async () => {
  const ida = "7000000000000019";
  const id = await people.begins(ida);
  await fault(world, [
    { on: "messenger", action: { kind: "graph_error", code: 613 }, times: 1 },
    { on: "messenger", action: { kind: "graph_error", code: 2, status: 503, transient: true }, times: 1 },
    { on: "messenger", action: { kind: "drop_before" }, times: 1 },
  ].map((rule) => ({ ...rule, match: { text_contains: "answer" } })));
  for (const n of [1, 2, 3]) await agentSays(world, id, `answer ${n}`);
  const messages = await people.receives(ida, 3);
  assert.deepEqual(messages.map(({ text }) => text), ["answer 1", "answer 2", "answer 3"]);
});

test("the simulator found nothing wrong with what the connector sent", async () => {
  const refused = await people.refused();
  // The answer after seven days, and nothing else.
  assert.equal(refused.length, 1, refused.join("\n"));
});
