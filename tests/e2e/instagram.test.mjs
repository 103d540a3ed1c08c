// Instagram, with the simulator's own reading of Meta's documents on the other side. What it has in common with Messenger is in
// messenger.test.mjs.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { act, agentCloses, agentSays, conversations, desk, eventually, startWorld, talking } from "./support/harness.mjs";
import { peopleOf } from "./support/social.mjs";

const PIXEL = Buffer.from("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489", "hex");

let world;
let people;
before(async () => {
  world = await startWorld({ vars: { CHANNEL_INSTAGRAM: { notify_agent: true } } });
  people = peopleOf(world, "instagram");
});
after(() => world?.stop());
beforeEach(() => world.control("DELETE", "/control/faults"));

test("Meta finds the address to be ours by the verify token only", async () => {
  assert.equal((await people.handshake()).verified, true);
  assert.equal((await people.handshake({ token: "another" })).status, 403);
  assert.equal((await people.raw({ body: { entry: [] }, sign: false })).status, 401);
});

test("texts, receipts, typing and the close go both ways", async () => {
  const ada = "6800000000000011";
  await people.change(ada, { name: "Ada Stone", username: "ada.stone" });
  const id = await people.begins(ada, "love this 😍 Zoë");
  assert.equal((await talking(world, ada)).messages.find(({ role }) => role === "CONSUMER").text, "love this 😍 Zoë");
  await agentSays(world, id, "😀".repeat(300));
  const pieces = await people.receives(ada, 2);
  assert.equal(pieces.map(({ text }) => text).join(""), "😀".repeat(300));
  await people.reads(ada);
  await eventually(async () => {
    const { messages } = await desk(world, id);
    return messages.some(({ receipts }) => receipts?.includes("READ"));
  }, { timeout: 30_000, label: "read", world });
  await act(world, id, "typing");
  await eventually(async () => (await people.person(ada)).typing, { label: "typing", world });
  await act(world, id, "read");
  await eventually(async () => (await people.sent(ada))[0].receipts.includes("read"), { label: "seen", world });
  await agentCloses(world, id);
  await people.says(ada, "Again");
  const theirs = async () => (await conversations(world)).filter(({ consumer }) => consumer.number === ada);
  await eventually(async () => (await theirs()).length === 2, { timeout: 30_000, label: "another conversation", world });
});

test("a picture and an agent's files go through", async () => {
  const ben = "6800000000000012";
  const id = await people.begins(ben);
  await people.does(ben, { kind: "picture", media_type: "image/png", base64: PIXEL.toString("base64") });
  const stored = await eventually(async () => (await world.control("GET", "/control/files")).files.find(({ byAgent, size }) => !byAgent && size), { timeout: 30_000, label: "the picture", world });
  const there = await fetch(`${world.simulator}/control/files/content?path=${encodeURIComponent(stored.path)}`);
  assert.ok(Buffer.from(await there.arrayBuffer()).equals(PIXEL));
  await act(world, id, "files", { name: "map.png", fileType: "PNG" });
  await act(world, id, "files", { name: "table.csv", fileType: "CSV" });
  const [picture, link] = await people.receives(ben, 2);
  assert.equal(picture.kind, "picture");
  assert.match(link.text, /^table\.csv: http.*\/files\//);
});

test("what a bot offers can be tapped and goes back with its metadata", { timeout: 120_000 }, async () => {
  const cleo = "6800000000000013";
  const id = await people.begins(cleo);
  const { palette } = await world.control("GET", "/control/palette");
  for (const { name, kind, ...body } of palette) await act(world, id, kind === "rich" ? "rich" : "messages", body);
  const button = (title) => ({
    type: "button",
    title,
    click: { actions: [{ type: "publishText", text: `I take ${title}` }], metadata: [{ type: "ExternalId", id: `tap-${title}` }] },
  });
  await act(world, id, "rich", { content: { type: "vertical", elements: [{ type: "text", text: "Call?" }, button("Yes"), button("No")] } });
  await agentSays(world, id, "Colour?", { quickReplies: { type: "quickReplies", itemsPerRow: 8, replies: ["Red", "Blue"].map(button) } });
  await eventually(async () => (await people.received(cleo)).find(({ text }) => text === "Colour?"), { timeout: 90_000, label: "all of it", world });
  for (const title of ["Yes", "Blue"]) {
    await people.taps(cleo, title);
    const said = await people.atDesk(id, ({ text }) => text === `I take ${title}`, title);
    assert.deepEqual(said.metadata.map(({ id }) => id), [`tap-${title}`]);
  }
});

test("stories, posts, reactions, edits and hearts are told at the desk", async () => {
  const emil = "6800000000000014";
  const id = await people.begins(emil);
  await agentSays(world, id, "Hello Emil");
  await people.receives(emil, 1);
  await people.does(emil, { kind: "story_reply", text: "Where was that?" });
  await people.atDesk(id, ({ text }) => text?.startsWith("Where was that?\n[about "), "the answer to a story");
  await people.does(emil, { kind: "story_mention" });
  await people.atDesk(id, ({ text }) => text?.startsWith("[mentioned you in a story"), "the mention");
  await people.does(emil, { kind: "share" });
  await people.atDesk(id, ({ text }) => text?.startsWith("[shared post"), "the post");
  await people.does(emil, { kind: "like" });
  await people.atDesk(id, ({ text }) => text === "❤️", "the heart");
  await people.does(emil, { kind: "reaction", emoji: "🔥" });
  await people.atDesk(id, ({ text }) => text === "[reacted with 🔥]", "the reaction");
  const own = await people.says(emil, "Munday");
  await people.does(emil, { kind: "edit", message: own, text: "Monday" });
  await people.atDesk(id, ({ text }) => text === "[edited] Monday", "the edit");
  await people.does(emil, { kind: "unsend", message: own });
  await people.atDesk(id, ({ text }) => text === "[took a message back]", "the message taken back");
  for (const kind of ["ephemeral", "unsupported", "unknown_message", "reel"]) await people.does(emil, { kind });
  await people.says(emil, "after all that");
  await people.atDesk(id, ({ text }) => text === "after all that", "what came after");
});

test("a callback that comes again has no second effect", async () => {
  const fay = "6800000000000015";
  const first = await people.says(fay, "Once");
  await talking(world, fay);
  assert.equal((await people.again(first)).status, 200);
  await people.says(fay, "twice");
  const { messages } = await talking(world, fay, 2);
  assert.deepEqual(messages.filter(({ role, text }) => role === "CONSUMER" && text).map(({ text }) => text), ["Once", "twice"]);
});

test("after 24 hours the agent is told why the answer did not arrive", async () => {
  const gus = "6800000000000016";
  const id = await people.begins(gus);
  await people.change(gus, { silent_for_s: 25 * 3600 });
  await agentSays(world, id, "Too late");
  await eventually(async () => {
    const { messages } = await desk(world, id);
    return messages.find(({ text }) => text?.includes("the time in which Meta allows answers is over"));
  }, { timeout: 30_000, label: "why", world });
  assert.deepEqual(await people.received(gus), []);
});

test("the simulator found nothing wrong with what the connector sent", async () => {
  const refused = await people.refused();
  // The answer after 24 hours, and nothing else.
  assert.equal(refused.length, 1, refused.join("\n"));
});
