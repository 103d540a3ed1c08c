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
