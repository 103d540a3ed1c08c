// A message that does not arrive: the desk hears of it.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { agentSays, conversationOf, desk, does, eventually, fault, phone, says, sendFromPhone, startWorld, talking, textsOnPhone } from "./support/harness.mjs";
import { changeRows } from "./support/store.mjs";

let world;
before(async () => {
  const vars = { CHANNEL_SUPPORT_SMS: { notify_agent: true, max_age_hours: 1 }, CHANNEL_APP: { notify_agent: true } };
  world = await startWorld({ app: true, record: true, vars });
});
after(() => world?.stop());
beforeEach(() => world.control("DELETE", "/control/faults"));

async function bySms(n) {
  const number = phone(world, n);
  await sendFromPhone(world, number, "Hello");
  return { number, id: (await talking(world, number)).id };
}

/** The agent's message and what became of it, once it was reported lost. */
const reported = (id, sequence) =>
  eventually(async () => {
    const { messages } = await desk(world, id);
    const message = messages.find((known) => known.sequence === sequence && known.role !== "CONSUMER");
    return message.receipts.includes("NACK") && message;
  }, { label: "a NACK at the desk", world });

const lines = async (id) =>
  (await desk(world, id)).messages.filter(({ role, text }) => role === "CONSUMER" && text?.startsWith("Not delivered")).map(({ text }) => text);

test("an opt-out that Twilio refuses is a NACK and a line for the agent, and what follows is tried", async () => {
  const { number, id } = await bySms(1);
  await world.control("POST", `/control/phones/${encodeURIComponent(number)}`, { opted_out: true });
  const { sequence } = await agentSays(world, id, "Are you there?");
  await reported(id, sequence);
  await eventually(async () => (await lines(id)).length === 1, { label: "the line", world });
  assert.deepEqual(await lines(id), ["Not delivered: the recipient has opted out"]);
  const [row] = world.rows(["message"]).filter(({ state }) => state === "refused");
  assert.deepEqual(JSON.parse(row.detail).refusal, { reason: "rejected", code: "21610" });
  await world.control("POST", `/control/phones/${encodeURIComponent(number)}`, { opted_out: false });
  await agentSays(world, id, "Welcome back");
  await eventually(async () => (await textsOnPhone(world, number)).includes("Welcome back"), { label: "the next text", world });
  assert.deepEqual(await textsOnPhone(world, number), ["Welcome back"]);
  assert.equal((await lines(id)).length, 1);
});

test("an app that answers 410 is a NACK with its reason, once, however often the notification comes", async () => {
  await says(world, "gone", "Hello");
  const { id } = await talking(world, "gone");
  world.app.answer = ({ to, type }) =>
    to === "gone" && type === "message" ? { status: 410, body: JSON.stringify({ error: { code: "left_the_building" } }) } : undefined;
  const { sequence } = await agentSays(world, id, "Hello?");
  await reported(id, sequence);
  await eventually(async () => (await lines(id)).length === 1, { label: "the line", world });
  assert.match((await lines(id))[0], /left_the_building/);
  await world.control("POST", "/control/webhooks/redeliver-all", { conversation: id });
  world.app.answer = () => undefined;
  await agentSays(world, id, "again");
  await eventually(() => world.app.texts("gone").includes("again"), { label: "the next message", world });
  const nacks = world.recorder.events("AcceptStatusEvent", id).filter(({ body }) => body.event.status === "NACK");
  assert.deepEqual([nacks.length, nacks[0].body.event.sequenceList, (await lines(id)).length], [1, [sequence], 1]);
});

test("a message that failed on the person's side later is told likewise", async () => {
  await says(world, "flaky", "Hello");
  const { id } = await talking(world, "flaky");
  const { sequence } = await agentSays(world, id, "Hello?");
  const message = await eventually(() => world.app.messages("flaky").at(-1), { label: "the message", world });
  await does(world, "flaky", { type: "receipt", message: message.id, status: "failed" });
  await reported(id, sequence);
  await eventually(async () => (await lines(id)).length === 1, { label: "the line", world });
});

test("a refusal after the conversation was closed opens none", async () => {
  const { number, id } = await bySms(2);
  await fault(world, { on: "twilio", action: { kind: "delay", ms: 1500 }, times: 1, match: { number } });
  await world.control("POST", `/control/phones/${encodeURIComponent(number)}`, { opted_out: true });
  await agentSays(world, id, "Are you there?");
  await world.control("POST", `/control/conversations/${id}/close`, {});
  await eventually(() => /"refused"/.test(world.logs()) && world.rows(["message"]).some(({ key, state }) => key.startsWith(`l:${id}`) && state === "refused"), { label: "the refusal", world });
  await eventually(() => world.rows(["message"]).every(({ state }) => ["delivered", "refused", "moot"].includes(state)), { label: "nothing waiting", world });
  assert.equal((await conversationOf(world, number)).id, id);
});

test("a message older than the channel allows is given up, and told", { timeout: 60_000 }, async () => {
  const { number, id } = await bySms(3);
  await fault(world, { on: "twilio", action: { kind: "status", status: 503 }, times: null, match: { number } });
  const { sequence } = await agentSays(world, id, "Still valid?");
  await eventually(() => /"retry"[^]*"l:/.test(world.logs()), { label: "a first try", world });
  await world.kill();
  const hours = 2 * 3_600_000;
  assert.equal(changeRows(world.runtime.disk, "Conversation", `UPDATE message SET accepted_at = accepted_at - ${hours} WHERE key = 'l:${id}:${sequence}'`), 1);
  await world.restart();
  await reported(id, sequence);
  await eventually(async () => (await lines(id)).length === 1, { label: "the line", world });
  const row = world.rows(["message"]).find(({ key }) => key === `l:${id}:${sequence}`);
  assert.deepEqual([row.state, JSON.parse(row.detail).refusal], ["refused", { reason: "expired" }]);
  assert.deepEqual(await textsOnPhone(world, number), []);
});
