// kill -9 of the runtime at the worst moments. `npm run crash` does the last of these for as long as one likes.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { dice, seedOf } from "./support/dice.mjs";
import { killed } from "./support/hardships.mjs";
import { agentSays, conversationOf, conversations, eventually, phone, sendFromPhone, startWorld, textsOnDesk, textsOnPhone } from "./support/harness.mjs";

let world;
before(async () => (world = await startWorld()));
after(() => world?.stop());
beforeEach(() => world.control("DELETE", "/control/faults"));

const patient = { timeout: 60_000, every: 200 };

async function talking(number) {
  await sendFromPhone(world, number, "hello");
  const { id } = await eventually(() => conversationOf(world, number), { ...patient, world });
  await eventually(async () => (await textsOnDesk(world, id)).length === 1, { ...patient, world });
  return id;
}

test("killed between acknowledgement and send: delivered, once, without any further request", { timeout: 90_000 }, async () => {
  const number = phone(world, 1);
  await world.control("POST", "/control/outage", { liveengage: true });
  assert.equal((await sendFromPhone(world, number, "acknowledged")).status, 200);
  await world.kill();
  await world.control("POST", "/control/outage", { liveengage: false });
  await world.restart();
  const { id } = await eventually(() => conversationOf(world, number), { ...patient, label: "the conversation", world });
  await eventually(async () => (await textsOnDesk(world, id)).length === 1, { ...patient, world });
  await sleep(3000);
  assert.deepEqual(await textsOnDesk(world, id), ["acknowledged"]);
});

test("killed while a publish is under way that had its effect: its echo settles it", { timeout: 90_000 }, async () => {
  const number = phone(world, 2);
  const id = await talking(number);
  await world.control("POST", "/control/faults", { on: "publish", action: { kind: "hang", ms: 60_000, after: true }, times: 1 });
  await sendFromPhone(world, number, "landed");
  await eventually(async () => (await textsOnDesk(world, id)).length === 2, { ...patient, world });
  await world.kill();
  await sleep(500);
  await world.restart();
  await sendFromPhone(world, number, "next");
  await eventually(async () => (await textsOnDesk(world, id)).includes("next"), { ...patient, world });
  assert.deepEqual(await textsOnDesk(world, id), ["hello", "landed", "next"]);
});

test("killed while the agent's text is on its way: it arrives, and the next one after it", { timeout: 90_000 }, async () => {
  const number = phone(world, 3);
  const id = await talking(number);
  await world.control("POST", "/control/faults", { on: "twilio", action: { kind: "hang", ms: 60_000 }, times: 1, match: { number } });
  await agentSays(world, id, "one", { wait: true });
  await agentSays(world, id, "two", { wait: true });
  await world.kill();
  await world.restart();
  await eventually(async () => (await textsOnPhone(world, number)).includes("two"), { ...patient, world });
  assert.deepEqual([...new Set(await textsOnPhone(world, number))], ["one", "two"]);
});

test("killed again and again under load, in both directions: nothing lost, order kept", { timeout: 300_000 }, async (t) => {
  const own = await startWorld({ app: true });
  try {
    const random = dice(seedOf());
    const { violations, ...figures } = await killed(own, random, { consumers: 8, kills: 10, disturbed: true });
    t.diagnostic(JSON.stringify({ seed: random.seed, ...figures }));
    assert.deepEqual(violations, [], `seed ${random.seed}`);
    assert.ok(figures.sent > 0 && figures.delivered === figures.sent);
    assert.equal((await conversations(own)).length, 8, "one conversation each");
  } finally {
    await own.stop();
  }
});
