// Pressure: a destination that fails for many, and a consumer who floods.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import {
  agentSays,
  conversationOf,
  eventually,
  fault,
  phone,
  post,
  sendFromPhone,
  startWorld,
  talking,
  textsOnDesk,
  textsOnPhone,
} from "./support/harness.mjs";
import { callback, inbound } from "./support/requests.mjs";

const patient = { timeout: 90_000, every: 300 };
const CONSUMERS = 30;
const QUEUE = 20;

/** The entries of the simulator's journal for one side, from a number on. */
async function journal(world, side, since = 0) {
  return (await world.control("GET", `/control/journal?since=${since}&side=${side}`)).entries;
}

async function journalEnd(world) {
  return (await world.control("GET", "/control/journal?since=999999999")).next;
}

/** LiveEngage has been answered with 200 all the time. */
async function assertWebhooksTaken(world) {
  const statuses = (await journal(world, "webhook")).map(({ status }) => status);
  assert.ok(statuses.length > 0);
  assert.deepEqual(new Set(statuses), new Set([200]));
}

async function answered(response, status, error) {
  const text = await response.text();
  assert.equal(response.status, status, text);
  if (error) assert.equal(JSON.parse(text).error, error);
  return response;
}

test(`LiveEngage down for ${CONSUMERS} consumers: few requests meanwhile, no burst afterwards, all delivered in order`, { timeout: 240_000 }, async (t) => {
  const world = await startWorld();
  try {
    const numbers = Array.from({ length: CONSUMERS }, (_, n) => phone(world, 100 + n));
    await Promise.all(numbers.map((number) => sendFromPhone(world, number, "hello")));
    for (const number of numbers) await talking(world, number);
    const ids = await Promise.all(numbers.map(async (number) => (await conversationOf(world, number)).id));

    const start = await journalEnd(world);
    await world.control("POST", "/control/outage", { liveengage: true, status: 503 });
    const all = async (some, text) => {
      const sent = await Promise.all(some.map((number) => sendFromPhone(world, number, text)));
      assert.deepEqual(new Set(sent.map(({ status }) => status)), new Set([200]));
    };
    // What is on its way at the same moment cannot be held: six find out, and the others come later.
    await all(numbers.slice(0, 6), "one");
    await eventually(() => world.logs().includes("breaker_open"), { world });
    await all(numbers.slice(6), "one");
    await all(numbers, "two");
    await agentSays(world, ids[0], "we have trouble", { wait: true });
    await eventually(async () => (await textsOnPhone(world, numbers[0])).length === 1, { world, label: "the other direction" });
    await sleep(17_000); // a second and a third try of each would fall into it
    const during = await journal(world, "liveengage", start);
    t.diagnostic(`${during.length} requests in 17 s of outage, of ${CONSUMERS} consumers with two messages each`);
    // Each on its own would have tried twice or three times. Six found out, then one probed after 5 and one after 10 more seconds.
    assert.ok(during.length >= 6 && during.length <= 10, `${during.length} requests`);
    const held = world.rows(["message"]).filter(({ state, trace }) => state === "waiting" && trace.includes('"held"'));
    assert.ok(held.length >= CONSUMERS / 2, `${held.length} are held`);

    const back = await journalEnd(world);
    await world.control("POST", "/control/outage", { liveengage: false });
    const expected = ["hello", "one", "two"];
    for (const id of ids) {
      await eventually(async () => (await textsOnDesk(world, id)).length === expected.length, { ...patient, world, label: "the backlog" });
      assert.deepEqual(await textsOnDesk(world, id), expected);
    }
    const times = (await journal(world, "liveengage", back)).map(({ at }) => at);
    const seconds = [];
    for (const at of times) {
      const second = Math.floor((at - times[0]) / 1000);
      seconds[second] = (seconds[second] ?? 0) + 1;
    }
    const rates = Array.from(seconds, (count) => count ?? 0);
    t.diagnostic(`requests per second after it was back: ${rates.join(" ")}`);
    rates.forEach((count, second) => {
      const most = 2 * 2 ** Math.floor((second + 1) / 5) * 2 + 2;
      assert.ok(count <= most, `${count} requests in second ${second}, at most ${most}: ${rates}`);
    });
    assert.equal(times.length, 2 * CONSUMERS, "each was sent once");
    assert.match(world.logs(), /breaker_open/);
    assert.match(world.logs(), /breaker_recovers/);
    await assertWebhooksTaken(world);
  } finally {
    await world.stop();
  }
});

let world;
before(async () => {
  const vars = { CHANNEL_SUPPORT_SMS: { queue_messages: QUEUE }, CHANNEL_APP: { queue_messages: QUEUE } };
  world = await startWorld({ app: true, vars });
});
after(() => world?.stop());

test("a consumer who floods by SMS: 503 beyond the bound, nothing accepted is lost, others are not affected", { timeout: 120_000 }, async () => {
  const [flooding, calm] = [phone(world, 1), phone(world, 2)];
  for (const number of [flooding, calm]) {
    await sendFromPhone(world, number, "hello");
    await talking(world, number);
  }
  const { id } = await conversationOf(world, flooding);
  await fault(world, { on: "publish", action: { kind: "status", status: 503 }, times: null, match: { text_contains: "flood" } });
  const form = (n) => inbound(flooding, `flood ${n}`, String(n));
  for (let n = 1; n <= QUEUE; n += 1) await answered(await callback(world, form(n)), 200);
  for (let n = QUEUE + 1; n <= 2 * QUEUE; n += 1) {
    const response = await answered(await callback(world, form(n)), 503, "queue_full");
    assert.equal(response.headers.get("retry-after"), "30");
  }
  assert.equal(world.logs().split("queue_full").length - 1, 1, "logged once");
  // What was accepted comes again, as after a lost answer, and is acknowledged.
  for (let n = 1; n <= QUEUE; n += 1) await answered(await callback(world, form(n)), 200);
  assert.equal((await sendFromPhone(world, calm, "unhurried")).status, 200);
  await talking(world, calm, 2);
  await agentSays(world, id, "one at a time, please");
  await eventually(async () => (await textsOnPhone(world, flooding)).length === 1, { world });

  await world.control("DELETE", "/control/faults");
  for (let n = QUEUE + 1; n <= 2 * QUEUE; n += 1) {
    await eventually(async () => (await callback(world, form(n))).status === 200, { ...patient, world, label: `flood ${n}` });
  }
  await eventually(async () => (await textsOnDesk(world, id)).length === 1 + 2 * QUEUE, { ...patient, world });
  const all = Array.from({ length: 2 * QUEUE }, (_, n) => `flood ${n + 1}`);
  assert.deepEqual(await textsOnDesk(world, id), ["hello", ...all]);
  await assertWebhooksTaken(world);
});

test("a batch with one who floods: the others' part is stored, and all of it can come again", { timeout: 120_000 }, async () => {
  const said = (from, id) => ({ type: "message", id, from, content: { type: "text", text: `said ${id}` }, profile: { user_id: from } });
  await fault(world, { on: "create", action: { kind: "status", status: 503 }, times: null });
  for (let n = 1; n <= QUEUE; n += 1) await answered(await post(world, said("flooding", `f-${n}`)), 200);
  const batch = { events: [said("flooding", "f-more"), said("calm", "c-1")] };
  await answered(await post(world, batch), 503, "queue_full");
  const keys = () => world.rows(["message"]).map(({ key }) => key);
  assert.ok(keys().includes("c:c-1"));
  assert.ok(!keys().includes("c:f-more"));
  await world.control("DELETE", "/control/faults");
  await eventually(async () => (await post(world, batch)).status === 200, { ...patient, every: 500, world });
  const { id } = await talking(world, "flooding", QUEUE + 1);
  const all = Array.from({ length: QUEUE }, (_, n) => `said f-${n + 1}`);
  assert.deepEqual(await textsOnDesk(world, id), [...all, "said f-more"]);
  const calm = await talking(world, "calm");
  assert.deepEqual(await textsOnDesk(world, calm.id), ["said c-1"]);
});

test("an agent who floods: LiveEngage is answered 200 and told what did not arrive", { timeout: 120_000 }, async () => {
  const [busy, other] = [phone(world, 3), phone(world, 4)];
  const ids = [];
  for (const number of [busy, other]) {
    await sendFromPhone(world, number, "hello");
    ids.push((await talking(world, number)).id);
  }
  await fault(world, { on: "twilio", action: { kind: "status", status: 503 }, times: null, match: { number: busy } });
  for (let n = 1; n <= QUEUE + 3; n += 1) await agentSays(world, ids[0], `offer ${n}`, { wait: true });
  await agentSays(world, ids[1], "hello too");
  await eventually(async () => (await textsOnPhone(world, other)).length === 1, { world });
  const letters = world.rows(["message"]).filter(({ state, detail }) => state === "refused" && detail.includes("queue_full"));
  assert.deepEqual(letters.map(({ content }) => JSON.parse(content).text).sort(), [1, 2, 3].map((n) => `offer ${QUEUE + n}`));
  const nacked = async () => {
    const { messages } = await world.control("GET", `/control/conversations/${ids[0]}`);
    return messages.filter(({ receipts }) => JSON.stringify(receipts ?? {}).includes("NACK")).length === 3;
  };
  await eventually(nacked, { ...patient, world, label: "three NACKs" });
  await world.control("DELETE", "/control/faults");
  const taken = Array.from({ length: QUEUE }, (_, n) => `offer ${n + 1}`);
  await eventually(async () => (await textsOnPhone(world, busy)).length === QUEUE, { ...patient, world });
  assert.deepEqual(await textsOnPhone(world, busy), taken);
  await assertWebhooksTaken(world);
});
