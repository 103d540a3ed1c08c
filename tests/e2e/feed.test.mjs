// The account-wide feed: whose conversation is it, and what if nobody knows yet?

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { agentSays, conversationOf, eventually, phone, sendFromPhone, startWorld, textsOnDesk, textsOnPhone } from "./support/harness.mjs";

let world;
before(async () => (world = await startWorld()));
after(() => world?.stop());

async function talking(number) {
  await sendFromPhone(world, number, "hello");
  const { id } = await eventually(() => conversationOf(world, number), { world });
  await eventually(async () => (await textsOnDesk(world, id)).length === 1, { world });
  return id;
}

test("1,000 events of foreign conversations leave no row behind", { timeout: 240_000 }, async () => {
  const { events, statuses } = await world.control("POST", "/control/foreign", { events: 1000, conversations: 50 });
  assert.equal(events, 1000);
  assert.deepEqual(Object.keys(statuses), ["200"]);
  assert.equal(world.objects("Conversation"), 0, "a foreign event reached a conversation object");
  assert.equal(world.kv.counts.put, 0);
  // Content whose conversation nobody knows is parked for two minutes; then nothing of it is left.
  await eventually(() => world.objects("Directory") === 0, { timeout: 180_000, every: 2000, label: "an empty directory", world });
});

test("the mapping missing in KV still delivers", async () => {
  const number = phone(world, 1);
  const id = await talking(number);
  await eventually(() => world.kv.keys().length > 0, { label: "the mapping in KV", world });
  world.kv.forget();
  const hits = world.kv.counts.hit;
  await world.restart(); // forgets what the isolate has cached
  await agentSays(world, id, "found anyway");
  await eventually(async () => (await textsOnPhone(world, number)).length === 1, { world });
  assert.equal(world.kv.counts.hit, hits);
});

test("a KV that fails loses nothing, in either direction", async () => {
  world.kv.fail = true;
  await world.restart();
  const number = phone(world, 2);
  const id = await talking(number);
  await agentSays(world, id, "still here");
  await eventually(async () => (await textsOnPhone(world, number)).length === 1, { world });
  await sendFromPhone(world, number, "me too");
  await eventually(async () => (await textsOnDesk(world, id)).length === 2, { world });
  world.kv.fail = false;
});

test("the mapping in KV is used, and written once per conversation", async () => {
  const number = phone(world, 3);
  const puts = world.kv.counts.put;
  const id = await talking(number);
  await eventually(() => world.kv.counts.put === puts + 1, { label: "one write", world });
  await world.restart();
  const hits = world.kv.counts.hit;
  for (const n of [1, 2, 3]) await agentSays(world, id, `text ${n}`, { wait: true });
  await eventually(async () => (await textsOnPhone(world, number)).length === 3, { world });
  assert.ok(world.kv.counts.hit > hits);
  assert.equal(world.kv.counts.put, puts + 1);
});
