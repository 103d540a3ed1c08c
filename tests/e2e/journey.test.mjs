// One message's journey, each way, on workerd.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import {
  agentCloses,
  agentSays,
  conversationOf,
  conversations,
  eventually,
  phone,
  sendFromPhone,
  startWorld,
  textsOnDesk,
  textsOnPhone,
} from "./support/harness.mjs";

let world;
before(async () => (world = await startWorld()));
after(() => world?.stop());

/** The conversation of a phone, once there is one. */
const opened = (number) =>
  eventually(() => conversationOf(world, number), { label: `a conversation of ${number}`, world });

test("a text goes from the phone to the desk, and the answer back", async () => {
  const number = phone(world, 1);
  const sent = await sendFromPhone(world, number, "Where is my parcel? 📦");
  assert.equal(sent.status, 200);
  const { id } = await opened(number);
  await eventually(async () => (await textsOnDesk(world, id)).length === 1, { label: "the text", world });
  assert.deepEqual(await textsOnDesk(world, id), ["Where is my parcel? 📦"]);

  await agentSays(world, id, "On its way — é, 漢字, 👍🏽");
  await eventually(async () => (await textsOnPhone(world, number)).length === 1, { label: "the answer", world });
  assert.deepEqual(await textsOnPhone(world, number), ["On its way — é, 漢字, 👍🏽"]);
});

test("several phones talk at once, each in its own conversation", async () => {
  const numbers = [11, 12, 13].map((n) => phone(world, n));
  await Promise.all(numbers.map((number) => sendFromPhone(world, number, `Hello from ${number}`)));
  for (const number of numbers) {
    const { id } = await opened(number);
    await eventually(async () => (await textsOnDesk(world, id))[0] === `Hello from ${number}`, { world });
    await agentSays(world, id, `Hello ${number}`);
  }
  for (const number of numbers) {
    await eventually(async () => (await textsOnPhone(world, number))[0] === `Hello ${number}`, { world });
    assert.equal((await textsOnPhone(world, number)).length, 1);
  }
});

test("a private note and an unknown audience never arrive, and leave no text behind", async () => {
  const number = phone(world, 2);
  await sendFromPhone(world, number, "Hi");
  const { id } = await opened(number);
  for (const audience of ["AGENTS_AND_MANAGERS", "all", "EVERYBODY"]) {
    await agentSays(world, id, `secret for ${audience}`, { audience, wait: true });
  }
  await agentSays(world, id, "for you", { wait: true });
  await agentSays(world, id, "and this, without an audience", { audience: null, wait: true });
  await eventually(async () => (await textsOnPhone(world, number)).length === 2, { label: "both texts", world });
  assert.deepEqual(await textsOnPhone(world, number), ["for you", "and this, without an audience"]);
  assert.ok(!JSON.stringify(world.rows()).includes("secret for"), "a note's text is stored");
  assert.ok(!world.logs().includes("secret for"), "a note's text is logged");
});

test("the agent closes, and the next message opens a new conversation", async () => {
  const number = phone(world, 3);
  await sendFromPhone(world, number, "first");
  const first = await opened(number);
  await eventually(async () => (await textsOnDesk(world, first.id)).length === 1, { world });
  await agentCloses(world, first.id);
  await sendFromPhone(world, number, "second");
  const second = await eventually(
    async () => {
      const newest = await conversationOf(world, number);
      return newest.id !== first.id && newest;
    },
    { label: "a second conversation", world },
  );
  await eventually(async () => (await textsOnDesk(world, second.id)).length === 1, { world });
  assert.deepEqual(await textsOnDesk(world, second.id), ["second"]);
  assert.deepEqual(await textsOnDesk(world, first.id), ["first"]);
});

test("a message that meets a conversation closed unheard goes into a new one", async () => {
  const number = phone(world, 4);
  await sendFromPhone(world, number, "before");
  const first = await opened(number);
  await eventually(async () => (await textsOnDesk(world, first.id)).length === 1, { world });
  // The news of the close is held back: the connector learns it from the refused publish.
  await world.control("POST", "/control/faults", {
    on: "webhook",
    action: { kind: "hold_until_released" },
    times: null,
    match: { conversation: first.id },
  });
  await agentCloses(world, first.id);
  await sendFromPhone(world, number, "after");
  const second = await eventually(
    async () => {
      const newest = await conversationOf(world, number);
      return newest.id !== first.id && newest;
    },
    { label: "a second conversation", world },
  );
  await eventually(async () => (await textsOnDesk(world, second.id)).length === 1, { world });
  assert.deepEqual(await textsOnDesk(world, second.id), ["after"]);
  await world.control("DELETE", "/control/faults");
});

test("a long text arrives whole and in order, in pieces that LiveEngage takes", async () => {
  const number = phone(world, 5);
  const words = Array.from({ length: 3000 }, (_, n) => `w${n}`);
  await sendFromPhone(world, number, words.join(" "));
  const { id } = await opened(number);
  const arrived = async () => (await textsOnDesk(world, id)).flatMap((text) => text.split(/\s+/).filter(Boolean));
  await eventually(async () => (await arrived()).length === words.length, { label: "all words", world });
  assert.deepEqual(await arrived(), words);
  assert.ok((await textsOnDesk(world, id)).length > 1);

  // And back: Twilio takes 1600 characters.
  await agentSays(world, id, words.slice(0, 900).join(" "));
  const onPhone = async () => (await textsOnPhone(world, number)).flatMap((text) => text.split(/\s+/).filter(Boolean));
  await eventually(async () => (await onPhone()).length === 900, { label: "all words on the phone", world });
  assert.deepEqual(await onPhone(), words.slice(0, 900));
});

test("a survey's questions arrive and its answers go to the survey", async () => {
  await world.control("POST", "/control/settings", { survey: true });
  const number = phone(world, 6);
  await sendFromPhone(world, number, "thanks, that is all");
  const { id } = await opened(number);
  await eventually(async () => (await textsOnDesk(world, id)).length === 1, { world });
  await agentCloses(world, id);
  const survey = await eventually(
    async () => {
      const known = await world.control("GET", `/control/conversations/${id}`);
      return known.dialogs.find((dialog) => dialog.type === "POST_SURVEY");
    },
    { label: "a survey", world },
  );
  await agentSays(world, id, "How was it, 1 to 5?", { role: "AGENT", dialogId: survey.dialogId });
  await eventually(async () => (await textsOnPhone(world, number)).at(-1) === "How was it, 1 to 5?", { world });
  await sendFromPhone(world, number, "5");
  await eventually(async () => {
    const { messages } = await world.control("GET", `/control/conversations/${id}`);
    return messages.some((message) => message.text === "5" && message.dialogId === survey.dialogId);
  }, { label: "the answer in the survey", world });
  assert.equal((await conversations(world)).filter((known) => known.consumer.number === number).length, 1);
  await world.control("POST", "/control/settings", { survey: false });
});

test("delivered messages leave no text in storage, and the consumer's number is not in KV", async () => {
  const number = phone(world, 7);
  await sendFromPhone(world, number, "a very private matter");
  const { id } = await opened(number);
  await eventually(async () => (await textsOnDesk(world, id)).length === 1, { world });
  await eventually(() => world.rows(["message"]).every((row) => row.state === "delivered"), {
    label: "everything delivered",
    world,
  });
  assert.ok(world.rows(["message"]).every((row) => row.content === null));
  assert.ok(!JSON.stringify(world.rows(["message"])).includes("a very private matter"));
  assert.ok(!world.logs().includes("a very private matter"));
  assert.ok(!world.logs().includes(number), "a telephone number is logged");
  const stored = world.kv.keys().concat(world.kv.keys().map((key) => world.kv.text(key)));
  assert.ok(stored.length > 0);
  assert.ok(!stored.join(" ").includes(number.slice(1)), "a telephone number is in KV");
});
