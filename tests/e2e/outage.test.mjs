// Destinations that fail: nothing is lost, nothing is given up, order is kept.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

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
beforeEach(() => world.control("DELETE", "/control/faults"));

const patient = { timeout: 60_000, every: 200 };
const fault = (rule) => world.control("POST", "/control/faults", rule);
const refused = () => world.rows(["message"]).filter((row) => row.state === "refused");

async function talking(number) {
  await sendFromPhone(world, number, "hello");
  const { id } = await eventually(() => conversationOf(world, number), { ...patient, world });
  await eventually(async () => (await textsOnDesk(world, id)).length === 1, { ...patient, world });
  return id;
}

test("LiveEngage down, then up: nothing lost, nothing given up, order kept", { timeout: 120_000 }, async () => {
  const known = phone(world, 1);
  const stranger = phone(world, 2);
  const id = await talking(known);
  await world.control("POST", "/control/outage", { liveengage: true });
  for (const n of [1, 2, 3, 4]) {
    assert.equal((await sendFromPhone(world, known, `during ${n}`)).status, 200);
    assert.equal((await sendFromPhone(world, stranger, `new ${n}`)).status, 200);
  }
  await sleep(7000); // long enough for a second try that fails too
  assert.equal((await textsOnDesk(world, id)).length, 1);
  assert.deepEqual(refused(), []);
  await world.control("POST", "/control/outage", { liveengage: false });
  await eventually(async () => (await textsOnDesk(world, id)).length === 5, { ...patient, label: "the backlog", world });
  assert.deepEqual(await textsOnDesk(world, id), ["hello", "during 1", "during 2", "during 3", "during 4"]);
  const opened = await eventually(() => conversationOf(world, stranger), { ...patient, world });
  await eventually(async () => (await textsOnDesk(world, opened.id)).length === 4, { ...patient, world });
  assert.deepEqual(await textsOnDesk(world, opened.id), ["new 1", "new 2", "new 3", "new 4"]);
  assert.deepEqual(refused(), []);
});

test("Twilio slow down, then fails, then recovers: order kept", { timeout: 120_000 }, async () => {
  const number = phone(world, 3);
  const id = await talking(number);
  await fault([
    { on: "twilio", action: { kind: "status", status: 429, retry_after: 2 }, times: 1, match: { number } },
    { on: "twilio", action: { kind: "status", status: 503 }, times: 2, match: { number } },
  ]);
  for (const n of [1, 2, 3]) await agentSays(world, id, `answer ${n}`);
  await eventually(async () => (await textsOnPhone(world, number)).length === 3, { ...patient, world });
  assert.deepEqual(await textsOnPhone(world, number), ["answer 1", "answer 2", "answer 3"]);
  assert.deepEqual(refused(), []);
});

test("tokens that expire in the middle are renewed, and no message notices", async () => {
  const number = phone(world, 4);
  const id = await talking(number);
  await world.control("POST", "/control/tokens/expire");
  await sendFromPhone(world, number, "after the app token");
  await eventually(async () => (await textsOnDesk(world, id)).length === 2, { world });
  await world.control("POST", "/control/consumers/expire");
  await sendFromPhone(world, number, "after the consumer token");
  await eventually(async () => (await textsOnDesk(world, id)).length === 3, { world });
  assert.deepEqual(await textsOnDesk(world, id), ["hello", "after the app token", "after the consumer token"]);
});

for (const status of [200, 400]) {
  test(`a lost create answer is recovered from "already open" (HTTP ${status})`, { timeout: 90_000 }, async () => {
    await world.control("POST", "/control/settings", { already_open_status: status });
    const number = phone(world, 10 + status);
    await fault({ on: "create", action: { kind: "drop_after" }, times: 1 });
    await sendFromPhone(world, number, "is anybody there?");
    await sendFromPhone(world, number, "hello?");
    const { id } = await eventually(() => conversationOf(world, number), { ...patient, world });
    await eventually(async () => (await textsOnDesk(world, id)).length === 2, { ...patient, world });
    assert.deepEqual(await textsOnDesk(world, id), ["is anybody there?", "hello?"]);
    assert.equal((await conversations(world)).filter((known) => known.consumer.number === number).length, 1);
  });
}

test("agent text that comes before the create answer is delivered", async () => {
  const number = phone(world, 5);
  await fault({
    on: "create",
    action: { kind: "webhook_first", delay_ms: 1500, agent_text: "I was quick" },
    times: 1,
  });
  await sendFromPhone(world, number, "hello");
  await eventually(async () => (await textsOnPhone(world, number)).length === 1, { ...patient, world });
  assert.deepEqual(await textsOnPhone(world, number), ["I was quick"]);
  const { id } = await conversationOf(world, number);
  await eventually(async () => (await textsOnDesk(world, id)).length === 1, { ...patient, world });
});

test("a publish whose answer is lost is settled by its echo, not sent twice", { timeout: 60_000 }, async () => {
  const number = phone(world, 6);
  const id = await talking(number);
  await fault({ on: "publish", action: { kind: "drop_after" }, times: 1, match: { text_contains: "only once" } });
  await sendFromPhone(world, number, "only once");
  await sendFromPhone(world, number, "and then this");
  await eventually(async () => (await textsOnDesk(world, id)).length === 3, { ...patient, world });
  await sleep(1000);
  assert.deepEqual(await textsOnDesk(world, id), ["hello", "only once", "and then this"]);
});

test("where echoes bring metadata back, a text carries its id, and its echo settles a lost answer", { timeout: 60_000 }, async () => {
  const own = await startWorld({ vars: { ACCOUNT_DEMO: { echo_metadata: true } } });
  try {
    await own.control("POST", "/control/settings", { echo_metadata: true });
    const number = phone(own, 1);
    await own.control("POST", "/control/faults", { on: "publish", action: { kind: "drop_after" }, times: 1, match: { text_contains: "twice" } });
    for (const text of ["twice", "twice", "the last"]) await sendFromPhone(own, number, text);
    const { id } = await eventually(() => conversationOf(own, number), { ...patient, world: own });
    await eventually(async () => (await textsOnDesk(own, id)).includes("the last"), { ...patient, world: own });
    assert.deepEqual(await textsOnDesk(own, id), ["twice", "twice", "the last"]);
    const { messages } = await own.control("GET", `/control/conversations/${id}`);
    const ids = messages.filter(({ role, text }) => role === "CONSUMER" && text).map(({ metadata }) => metadata[0]);
    assert.ok(ids.every(({ type }) => type === "ExternalId"));
    assert.equal(new Set(ids.map((entry) => entry.id)).size, 3);
  } finally {
    await own.stop();
  }
});

test("what Twilio refuses for good is a dead letter, and the lane goes on", async () => {
  const number = phone(world, 7);
  const id = await talking(number);
  await fault({
    on: "twilio",
    action: { kind: "status", status: 400, body: { code: 21610, message: "opted out", status: 400 } },
    times: 1,
    match: { number },
  });
  await agentSays(world, id, "refused");
  await agentSays(world, id, "delivered");
  await eventually(async () => (await textsOnPhone(world, number)).length === 1, { ...patient, world });
  assert.deepEqual(await textsOnPhone(world, number), ["delivered"]);
  const [letter, ...more] = refused();
  assert.equal(more.length, 0);
  assert.deepEqual(JSON.parse(letter.detail).refusal, { reason: "rejected", code: "21610" });
  assert.equal(JSON.parse(letter.content).text, "refused");
});

test("one consumer's failing platform does not hold up the others", { timeout: 60_000 }, async () => {
  const [unlucky, lucky] = [phone(world, 8), phone(world, 9)];
  const ids = [await talking(unlucky), await talking(lucky)];
  await fault({ on: "twilio", action: { kind: "status", status: 503 }, times: null, match: { number: unlucky } });
  await agentSays(world, ids[0], "stuck");
  await agentSays(world, ids[1], "free");
  await eventually(async () => (await textsOnPhone(world, lucky)).length === 1, { world });
  assert.deepEqual(await textsOnPhone(world, unlucky), []);
  await world.control("DELETE", "/control/faults");
  await eventually(async () => (await textsOnPhone(world, unlucky)).length === 1, { ...patient, world });
});
