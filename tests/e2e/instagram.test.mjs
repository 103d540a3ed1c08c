// What Instagram has of its own; the journey that all platforms make is in platforms.test.mjs, and what it has in common with Messenger
// in messenger.test.mjs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { act, agentSays, desk, eventually, startWorld, talking } from "./support/harness.mjs";
import { PlatformPerson } from "./support/platform-person.mjs";

let world;
before(async () => (world = await startWorld({ vars: { CHANNEL_INSTAGRAM: { notify_agent: true } } })));
after(() => world?.stop());

const somebody = (n) => new PlatformPerson(() => world, "instagram", `68000000000001${String(n).padStart(2, "0")}`);
const say = (person, text) => person.does({ kind: "text", text });

async function begins(person, text = "Hello") {
  await say(person, text);
  return (await talking(world, person.id)).id;
}

const atDesk = (conversation, is, label) =>
  eventually(async () => (await desk(world, conversation)).messages.find(is), { timeout: 30_000, label, world });

test("a text has a thousand bytes, and the last message that was read is named", async () => {
  const ada = somebody(1);
  await ada.set({ name: "Ada Stone", username: "ada.stone" });
  const id = await begins(ada, "love this 😍 Zoë");
  await agentSays(world, id, "😀".repeat(300));
  const pieces = await ada.received(2);
  assert.equal(pieces.map(({ text }) => text).join(""), "😀".repeat(300));
  await ada.reads();
  await atDesk(id, ({ role, receipts }) => role !== "CONSUMER" && receipts?.includes("READ"), "read");
  await act(world, id, "read");
  await eventually(async () => (await ada.messages())[0].receipts.read, { label: "seen", world });
});

test("a file that Instagram does not take is a link", async () => {
  const ben = somebody(2);
  const id = await begins(ben);
  await act(world, id, "files", { name: "table.csv", fileType: "CSV" });
  const [link] = await ben.received(1);
  assert.match(link.text, /^table\.csv: http.*\/files\//);
});

test("stories, posts, reactions, edits and hearts are told at the desk", async () => {
  const emil = somebody(3);
  const id = await begins(emil);
  await agentSays(world, id, "Hello Emil");
  await emil.received(1);
  await emil.does({ kind: "story_reply", text: "Where was that?" });
  await atDesk(id, ({ text }) => text?.startsWith("Where was that?\n[about "), "the answer to a story");
  await emil.does({ kind: "story_mention" });
  await atDesk(id, ({ text }) => text?.startsWith("[mentioned you in a story"), "the mention");
  await emil.does({ kind: "share" });
  await atDesk(id, ({ text }) => text?.startsWith("[shared post"), "the post");
  await emil.does({ kind: "like" });
  await atDesk(id, ({ text }) => text === "❤️", "the heart");
  await emil.does({ kind: "reaction", emoji: "🔥" });
  await atDesk(id, ({ text }) => text === "[reacted with 🔥]", "the reaction");
  const own = await say(emil, "Munday");
  await emil.does({ kind: "edit", message: own.id, text: "Monday" });
  await atDesk(id, ({ text }) => text === "[edited] Monday", "the edit");
  await emil.does({ kind: "unsend", message: own.id });
  await atDesk(id, ({ text }) => text === "[took a message back]", "the message taken back");
  for (const kind of ["ephemeral", "unsupported", "unknown_message", "reel"]) await emil.does({ kind });
  await say(emil, "after all that");
  await atDesk(id, ({ text }) => text === "after all that", "what came after");
});

test("after 24 hours the agent is told why the answer did not arrive", async () => {
  const gus = somebody(4);
  const id = await begins(gus);
  await gus.set({ silent_for_s: 25 * 3600 });
  await agentSays(world, id, "Too late");
  await atDesk(id, ({ text }) => text?.includes("the time in which Meta allows answers is over"), "why");
  assert.equal(await gus.count(), 0);
});

test("the platform found nothing wrong with what the connector asked", async () => {
  const { entries } = await world.control("GET", "/control/journal?side=instagram");
  assert.ok(entries.length > 5);
  const wrong = entries.filter(({ status, fault: made }) => !made && status >= 400);
  // The answer after 24 hours, and nothing else.
  assert.equal(wrong.length, 1, JSON.stringify(wrong));
});
