// LINE, with the simulator's own reading of its documents on the other side: what LINE has of its own. What it has in common with
// others is in platforms.test.mjs.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { act, agentSays, conversationOf, desk, eventually, fault, settings, startWorld, talking } from "./support/harness.mjs";
import { PlatformPerson } from "./support/platform-person.mjs";

let world;
before(async () => (world = await startWorld({ vars: { CHANNEL_LINE: { notify_agent: true, show_agent: true } } })));
after(() => world?.stop());
beforeEach(async () => {
  await world.control("DELETE", "/control/faults");
  await settings(world, { line: { reply_token_s: 60, monthly_limit: null } });
});

const somebody = (n) => new PlatformPerson(() => world, "line", `U${String(n).padStart(32, "0")}`);
const raw = (request) => world.control("POST", "/control/platforms/line/raw", request);

/** The conversation of somebody who has just said something. */
async function begins(person, text = "Hello") {
  await person.does({ kind: "text", text });
  return (await talking(world, person.id)).id;
}

/** The calls about messages to a person, oldest first: `reply 200`, `push 409`. Null stands for an answer that never came. */
async function calls(person) {
  const { entries } = await world.control("GET", "/control/journal?side=line");
  const theirs = entries.filter(({ what, number, eventType }) => what === "call" && number === person.id && ["reply", "push"].includes(eventType));
  return theirs.map(({ eventType, status }) => `${eventType} ${status}`);
}

/** What the consumer's side has brought to the desk, once one of it is so. */
const atDesk = (id, wanted) =>
  eventually(async () => {
    const { messages } = await desk(world, id);
    return messages.find(({ role, text }) => role === "CONSUMER" && text === wanted);
  }, { timeout: 30_000, label: `"${wanted}" at the desk`, world });

test("the console's test has no events and is answered 200, and nothing passes unsigned", async () => {
  assert.equal((await raw({ body: { destination: `U${"0".repeat(31)}1`, events: [] } })).status, 200);
  assert.equal((await raw({ body: { events: [] }, sign: false })).status, 400);
  assert.equal((await raw({ body: { events: [] }, headers: { "x-line-signature": "AAAA" } })).status, 400);
});

test("the first answer is a reply by its token and those behind it are pushes", async () => {
  const ada = somebody(11);
  await ada.set({ name: "Ada" });
  const id = await begins(ada, "Café 😀");
  assert.equal((await desk(world, id)).consumer.profile.firstName, "Ada", "LINE was asked who it is");
  await agentSays(world, id, "one");
  await agentSays(world, id, "two");
  const [one, two] = await ada.received(2);
  assert.deepEqual([one.text, two.text], ["one", "two"]);
  assert.ok(one.agent.name, "the agent stands beside it");
  assert.deepEqual(await calls(ada), ["reply 200", "push 200"]);
  await ada.does({ kind: "text", text: "and?" });
  await atDesk(id, "and?");
  await agentSays(world, id, "three");
  await ada.received(3);
  assert.deepEqual(await calls(ada), ["reply 200", "push 200", "reply 200"]);
});

test("a token that LINE does not take any more is followed by a push, at once", async () => {
  const ben = somebody(12);
  await settings(world, { line: { reply_token_s: 0 } });
  const id = await begins(ben);
  await agentSays(world, id, "late");
  await ben.received(1);
  assert.deepEqual(await calls(ben), ["reply 400", "push 200"]);
});

test("a push whose answer is lost is not shown twice", { timeout: 60_000 }, async () => {
  const cleo = somebody(13);
  const id = await begins(cleo);
  await agentSays(world, id, "the reply");
  await cleo.received(1);
  await fault(world, { on: "line", match: { event_type: "push", number: cleo.id }, action: { kind: "drop_after" }, times: 1 });
  await agentSays(world, id, "only once");
  await agentSays(world, id, "then this");
  const received = await cleo.received(3);
  assert.deepEqual(received.map(({ text }) => text), ["the reply", "only once", "then this"]);
  assert.ok((await calls(cleo)).includes("push 409"), "LINE knew it by its key");
});

test("a reply that LINE never had is made again by its token", { timeout: 60_000 }, async () => {
  const dan = somebody(14);
  const id = await begins(dan);
  await fault(world, { on: "line", match: { event_type: "reply", number: dan.id }, action: { kind: "drop_before" }, times: 1 });
  await agentSays(world, id, "once");
  await agentSays(world, id, "then this");
  const received = await dan.received(2);
  assert.deepEqual(received.map(({ text }) => text), ["once", "then this"]);
  assert.equal((await calls(dan)).filter((call) => call === "reply 200").length, 1);
});

test("when the month's messages are used up, the next answer goes as a reply all the same", { timeout: 90_000 }, async () => {
  const eve = somebody(15);
  const id = await begins(eve);
  await agentSays(world, id, "the reply");
  await eve.received(1);
  await settings(world, { line: { monthly_limit: 0 } });
  await agentSays(world, id, "waits");
  await eventually(async () => (await calls(eve)).includes("push 429"), { timeout: 20_000, label: "a push that is refused", world });
  await eve.does({ kind: "text", text: "are you there?" });
  await eventually(async () => (await eve.messages()).some(({ text }) => text === "waits"), { timeout: 60_000, label: "the message that waited", world });
  assert.equal((await calls(eve)).at(-1), "reply 200");
});

test("stickers, places, films and taps on the account's own menu reach the desk in words", async () => {
  const fay = somebody(16);
  const id = await begins(fay);
  await fay.does({ kind: "sticker", package: "446", sticker: "1988", keywords: ["hello", "wave"] });
  await fay.does({ kind: "location", title: "Dam Square", address: "Dam, Amsterdam", latitude: 52.3702, longitude: 4.8952 });
  await fay.does({ kind: "video", duration: 12_000 });
  await fay.does({ kind: "picture", external: "https://cdn.example.com/parcel.jpg" });
  await fay.does({ kind: "postback", data: "action=hours", text: "Opening hours" });
  await fay.does({ kind: "postback", data: "when", params: { datetime: "2026-11-22T18:00" } });
  await fay.does({ kind: "unknown_message", type: "hologram" });
  await atDesk(id, "[hologram]");
  const { messages } = await desk(world, id);
  assert.deepEqual(messages.filter(({ role }) => role === "CONSUMER").map(({ text }) => text), [
    "Hello",
    "[sticker 446/1988: hello, wave]",
    "Dam Square\nDam, Amsterdam\nhttps://maps.google.com/?q=52.3702,4.8952",
    "[File: video of 12 s] It cannot be shown here.",
    "picture (image/*): https://cdn.example.com/parcel.jpg",
    "[tapped: action=hours]",
    "[tapped: when, 2026-11-22T18:00]",
    "[hologram]",
  ]);
});

test("what is taken back, edited and blocked is told in an open conversation, and opens none", async () => {
  const gil = somebody(17);
  await gil.does({ kind: "follow" });
  const id = await begins(gil);
  for (const kind of ["unsend", "unfollow", "follow"]) await gil.does({ kind });
  await gil.does({ kind: "text", text: "Hi" });
  await gil.does({ kind: "edit", text: "Hi there" });
  await atDesk(id, "[edited] Hi there");
  const { messages } = await desk(world, id);
  const said = messages.filter(({ role }) => role === "CONSUMER").map(({ text }) => text);
  assert.deepEqual(said, [
    "Hello",
    "[took a message back]",
    "[blocked this account]",
    "[unblocked this account]",
    "Hi",
    "[edited] Hi there",
  ]);
});

test("groups, rooms and chats that somebody else has are counted and not read", async () => {
  const hal = somebody(18);
  const group = `C${"0".repeat(31)}1`;
  await hal.does({ kind: "text", text: "to everybody", group });
  await hal.does({ kind: "text", text: "to some", room: `R${"0".repeat(31)}1` });
  await hal.does({ kind: "text", text: "to a bot", mode: "standby" });
  await hal.does({ kind: "unknown", type: "hologram" });
  await begins(hal, "to you");
  const { messages } = await conversationOf(world, hal.id);
  assert.deepEqual(messages.filter(({ role }) => role === "CONSUMER").map(({ text }) => text), ["to you"]);
  for (const kind of ["source=group", "source=room", "mode=standby", "type=hologram"]) {
    assert.ok(world.logs().includes(kind), `${kind} is counted`);
  }
});

test("several people in one callback have conversations of their own", async () => {
  const [ivy, jon] = [somebody(19), somebody(20)];
  const batch = [
    { kind: "text", text: "from Ivy" },
    { kind: "text", text: "from Jon", person: jon.id },
    { kind: "text", text: "Ivy again" },
  ];
  await ivy.does({ batch });
  const theirs = async (person, count) => {
    const { messages } = await talking(world, person.id, count);
    return messages.filter(({ role }) => role === "CONSUMER").map(({ text }) => text);
  };
  assert.deepEqual(await theirs(ivy, 2), ["from Ivy", "Ivy again"]);
  assert.deepEqual(await theirs(jon, 1), ["from Jon"]);
});

test("what the agent has read is marked on the phone", async () => {
  const kim = somebody(21);
  const id = await begins(kim);
  await act(world, id, "read");
  await eventually(async () => (await kim.messages())[0].receipts.read, { timeout: 20_000, label: "read", world });
});

test("a message of many parts goes five at a time, in order", async () => {
  const lea = somebody(22);
  const id = await begins(lea);
  const long = Array.from({ length: 3500 }, (_, n) => `word ${n}`).join(" ");
  await agentSays(world, id, long);
  const received = await lea.received(7);
  assert.equal(received.map(({ text }) => text).join(" "), long);
  assert.deepEqual(await calls(lea), ["reply 200", "push 200"]);
});

test("to somebody who cannot be written to nothing is delivered, and the agent reads why", async () => {
  const max = somebody(23);
  const id = await begins(max);
  await agentSays(world, id, "the reply");
  await max.received(1);
  await max.set({ friend: false, silent_for_s: 8 * 86_400 });
  await agentSays(world, id, "too late");
  const line = "Not delivered: LINE cannot send it to this person, who may have left or has not written for a week";
  await atDesk(id, line);
  const { messages } = await desk(world, id);
  assert.ok(messages.find(({ text }) => text === "too late").receipts.includes("NACK"));
});
