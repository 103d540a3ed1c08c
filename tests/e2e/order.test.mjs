// Order and single effects, with many callbacks and many consumers at once.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import {
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

const range = (count) => Array.from({ length: count }, (_, n) => n);

test("20 concurrent callbacks of a new consumer open exactly one conversation", async () => {
  const number = phone(world, 1);
  const texts = range(20).map((n) => `message ${n}`);
  const sent = await Promise.all(texts.map((text) => sendFromPhone(world, number, text, { parallel: true })));
  assert.ok(sent.every(({ status }) => status === 200));
  const { id } = await eventually(() => conversationOf(world, number), { world });
  await eventually(async () => (await textsOnDesk(world, id)).length === 20, { label: "20 texts", world });
  assert.deepEqual([...(await textsOnDesk(world, id))].sort(), [...texts].sort());
  assert.equal((await conversations(world)).length, 1);
});

test("50 consumers, interleaved, stay each in order in both directions", { timeout: 120_000 }, async () => {
  const people = range(50).map((n) => phone(world, 100 + n));
  const rounds = 6;
  await Promise.all(
    people.map(async (number) => {
      for (const n of range(rounds)) {
        const { status } = await sendFromPhone(world, number, `${number} says ${n}`);
        assert.equal(status, 200);
      }
    }),
  );
  const ids = new Map();
  for (const number of people) ids.set(number, (await eventually(() => conversationOf(world, number), { world })).id);
  // The agents answer while the consumers' last messages may still be on their way: round by round, all consumers in turn.
  for (const n of range(rounds)) {
    await Promise.all(people.map((number) => agentSays(world, ids.get(number), `agent to ${number}: ${n}`)));
  }
  for (const number of people) {
    const said = range(rounds).map((n) => `${number} says ${n}`);
    const answered = range(rounds).map((n) => `agent to ${number}: ${n}`);
    const options = { timeout: 60_000, world };
    await eventually(async () => (await textsOnDesk(world, ids.get(number))).length >= rounds, { ...options, label: "texts at the desk" });
    await eventually(async () => (await textsOnPhone(world, number)).length >= rounds, { ...options, label: "texts on the phone" });
    assert.deepEqual(await textsOnDesk(world, ids.get(number)), said);
    assert.deepEqual(await textsOnPhone(world, number), answered);
  }
  assert.equal((await conversations(world)).length, 51);
});

test("redelivered callbacks and webhooks have no second effect", async () => {
  const number = phone(world, 2);
  const { sid } = await sendFromPhone(world, number, "once");
  const { id } = await eventually(() => conversationOf(world, number), { world });
  await eventually(async () => (await textsOnDesk(world, id)).length === 1, { world });
  await agentSays(world, id, "answered once", { wait: true });
  await eventually(async () => (await textsOnPhone(world, number)).length === 1, { world });

  for (const _ of range(3)) {
    const again = await world.control("POST", `/control/callbacks/${sid}/redeliver`);
    assert.equal(again.status, 200);
  }
  const webhooks = await world.control("POST", "/control/webhooks/redeliver-all", { conversation: id });
  assert.ok(webhooks.count >= 2);
  assert.deepEqual(Object.keys(webhooks.statuses), ["200"]);

  // What comes after shows that what came before has been dealt with.
  await sendFromPhone(world, number, "twice");
  await agentSays(world, id, "answered twice");
  await eventually(async () => (await textsOnDesk(world, id)).length >= 2, { world });
  await eventually(async () => (await textsOnPhone(world, number)).length >= 2, { world });
  assert.deepEqual(await textsOnDesk(world, id), ["once", "twice"]);
  assert.deepEqual(await textsOnPhone(world, number), ["answered once", "answered twice"]);
});

test("the same words twice are two messages", async () => {
  const number = phone(world, 3);
  await sendFromPhone(world, number, "yes");
  await sendFromPhone(world, number, "yes");
  const { id } = await eventually(() => conversationOf(world, number), { world });
  await eventually(async () => (await textsOnDesk(world, id)).length === 2, { world });
});
