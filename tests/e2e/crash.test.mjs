// kill -9 of the runtime at the worst moments.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

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

test("killed again and again under load, in both directions: nothing lost, order kept", { timeout: 240_000 }, async () => {
  const people = Array.from({ length: 6 }, (_, n) => phone(world, 10 + n));
  const ids = [];
  for (const number of people) ids.push(await talking(number));
  // Everybody talks until the last kill, so that each one falls into the middle of something, however fast the machine is.
  const kills = 6;
  let finished = false;
  const killer = (async () => {
    for (let n = 0; n < kills; n += 1) {
      await sleep(300 + Math.random() * 1200);
      await world.restart();
    }
  })().finally(() => (finished = true));
  const rounds = people.map(() => 0);
  const talkers = people.map(async (number, at) => {
    for (; !finished; rounds[at] += 1) {
      const n = rounds[at];
      // The simulated Twilio gives up after some tries; the phone's owner then sends again, with the same id.
      const sid = `SM${String(at).padStart(16, "0")}${String(n).padStart(16, "0")}`;
      let { status } = await sendFromPhone(world, number, `up ${n}`, { sid });
      for (let again = 0; status !== 200 && again < 40; again += 1) {
        await sleep(300);
        ({ status } = await world.control("POST", `/control/callbacks/${sid}/redeliver`));
      }
      assert.equal(status, 200);
      await agentSays(world, ids[at], `down ${n}`);
      await sleep(20);
    }
  });
  await Promise.all([killer, ...talkers]);
  const firsts = (texts) => [...new Set(texts)];
  for (const [at, number] of people.entries()) {
    const options = { timeout: 120_000, every: 300, world };
    const said = (word) => Array.from({ length: rounds[at] }, (_, n) => `${word} ${n}`);
    await eventually(async () => firsts(await textsOnDesk(world, ids[at])).length === rounds[at] + 1, { ...options, label: `${number} at the desk` });
    await eventually(async () => firsts(await textsOnPhone(world, number)).length === rounds[at], { ...options, label: `${number}'s phone` });
    assert.deepEqual(firsts(await textsOnDesk(world, ids[at])), ["hello", ...said("up")]);
    assert.deepEqual(firsts(await textsOnPhone(world, number)), said("down"));
  }
  // What was doubled must be what could not be known.
  for (const row of world.rows(["message"])) assert.notEqual(row.state, "refused");
  assert.equal((await conversations(world)).length, new Set((await conversations(world)).map((known) => known.consumer.number)).size);
});
