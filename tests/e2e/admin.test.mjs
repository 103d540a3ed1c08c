// What an operator does: look, send again, discard, adopt, import, pause, erase.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { inRoot } from "../../scripts/lib/places.mjs";
import { TOKEN, admin, consumerOf, messagesOf, request, steps, trace } from "./support/admin.mjs";
import { agentSays, conversationOf, conversations, eventually, fault, phone, sendFromPhone, startWorld, talking, textsOnDesk, textsOnPhone } from "./support/harness.mjs";
import { rowsOf } from "./support/store.mjs";

let world;
before(async () => (world = await startWorld()));
after(() => world?.stop());
beforeEach(() => world.control("DELETE", "/control/faults"));

const optOut = (number, away) => world.control("POST", `/control/phones/${encodeURIComponent(number)}`, { opted_out: away });

const listed = async (what = "dead-letters", query = "channel=support-sms") => (await admin(world, "GET", `/admin/${what}?${query}`)).consumers;

/** A person with an open conversation. */
async function person(n, text = "Hello") {
  const number = phone(world, n);
  await sendFromPhone(world, number, text);
  const { id } = await talking(world, number);
  const { key } = await consumerOf(world, number);
  return { number, id, key };
}

/** Dead letters of a person who takes no messages, once the index has them. */
async function deadLetters({ number, id, key }, texts) {
  await optOut(number, true);
  for (const text of texts) await agentSays(world, id, text, { wait: true });
  const found = async () => {
    const mine = (await listed()).find(({ consumer }) => consumer === key);
    return mine?.count === texts.length && mine.dead_letters;
  };
  return eventually(found, { label: `${texts.length} dead letters in the index`, timeout: 30_000, world });
}

test("a message is traced across both hops, without its text and its sender", async () => {
  const who = await person(1, "a secret of the consumer");
  await agentSays(world, who.id, "a secret of the agent");
  await eventually(async () => (await textsOnPhone(world, who.number)).length === 1, { world });
  const [hop, back] = await eventually(async () => {
    const all = await messagesOf(world, who.key);
    return all.filter(({ state }) => state === "delivered").length >= 2 && all;
  }, { label: "two delivered messages", world });
  assert.deepEqual([hop.lane, back.lane], ["to_liveengage", "to_consumer"]);
  const there = await trace(world, who.key, hop.key);
  assert.deepEqual([steps(there).at(0), steps(there).at(-1)], ["accepted", "delivered"]);
  assert.equal(there.published[0].dialog_id, who.id);
  const answer = await trace(world, who.key, back.key);
  assert.deepEqual(steps(answer), ["accepted", "started", "delivered"]);
  assert.match(answer.remote_id, /^SM/);
  assert.equal(answer.source.dialog_id, who.id);
  const byConversation = await admin(world, "POST", "/admin/consumers/find", { account: "demo", conversation_id: who.id });
  const byConsumer = await admin(world, "POST", "/admin/consumers/find", { account: "demo", lp_consumer_id: byConversation.lp_consumer_id });
  assert.deepEqual([byConversation.key, byConsumer.key], [who.key, who.key]);
  const told = world.answers.join("\n");
  for (const hidden of ["secret", who.number.slice(1), "Bearer", "eyJ"]) assert.ok(!told.includes(hidden), hidden);
});

test("who is not known is not found, and what is misspelt changes nothing", async () => {
  const unknown = await request(world, "POST", "/admin/consumers/find", { body: { channel: "support-sms", address: phone(world, 999) } });
  assert.deepEqual([unknown.status, unknown.body.error], [404, "consumer_unknown"]);
  assert.equal((await request(world, "GET", `/admin/consumers/${"A".repeat(43)}`)).status, 404);
  const misspelt = await request(world, "POST", "/admin/dead-letters/discard", { body: { chanel: "support-sms", all: true } });
  assert.deepEqual([misspelt.status, misspelt.body.field], [400, "chanel"]);
  assert.equal((await request(world, "DELETE", "/admin/pauses")).headers.get("allow"), "GET");
});

test("dead letters are listed, counted, and sent again in their order", async () => {
  const who = await person(2);
  const letters = await deadLetters(who, ["one", "two", "three"]);
  assert.ok(letters.every(({ reason, lane }) => reason === "rejected" && lane === "to_consumer"));
  assert.deepEqual(await listed("dead-letters", "channel=app"), []);
  assert.deepEqual(await listed("dead-letters", "channel=support-sms&older_than=1h"), []);
  await optOut(who.number, false);
  const resend = (body) => request(world, "POST", "/admin/dead-letters/resend", { body: { channel: "support-sms", ...body } });
  const counted = await resend({});
  assert.deepEqual([counted.body.dry_run, counted.body.count], [true, 3]);
  const changed = await resend({ confirm: 2 });
  assert.deepEqual([changed.status, changed.body.count], [409, 3]);
  assert.deepEqual(await textsOnPhone(world, who.number), []);
  const done = await resend({ confirm: 3 });
  assert.deepEqual([done.status, done.body.dry_run, done.body.count], [200, false, 3]);
  await eventually(async () => (await textsOnPhone(world, who.number)).length === 3, { label: "three texts", world });
  assert.deepEqual(await textsOnPhone(world, who.number), ["one", "two", "three"]);
  const late = await eventually(async () => {
    const message = await trace(world, who.key, letters[0].message);
    return message.state === "delivered" && message;
  }, { label: "a delivered message", world });
  assert.ok(late.requeued_at > late.accepted_at);
  assert.deepEqual(steps(late), ["accepted", "started", "rejected", "requeued", "started", "delivered"]);
  await eventually(async () => (await listed()).length === 0, { label: "an empty index", timeout: 30_000, world });
});

test("a discarded dead letter is gone, and its redelivery does not bring it back", async () => {
  const who = await person(3);
  const [letter] = await deadLetters(who, ["never mind"]);
  const discard = { consumer: who.key, messages: [letter.message] };
  assert.equal((await admin(world, "POST", "/admin/dead-letters/discard", discard)).count, 1);
  assert.equal((await admin(world, "POST", "/admin/dead-letters/discard", { ...discard, confirm: 1 })).count, 1);
  await optOut(who.number, false);
  await world.control("POST", "/control/webhooks/redeliver-all", { conversation: who.id });
  await agentSays(world, who.id, "still here");
  await eventually(async () => (await textsOnPhone(world, who.number)).length > 0, { world });
  assert.deepEqual(await textsOnPhone(world, who.number), ["still here"]);
  assert.equal((await trace(world, who.key, letter.message)).discarded, true);
  const stored = world.rows(["message"]).filter(({ state }) => state === "refused");
  assert.ok(!JSON.stringify(stored).includes("never mind"));
  assert.equal((await admin(world, "POST", "/admin/dead-letters/resend", { consumer: who.key })).count, 0);
});

test("the conversation that LiveEngage calls open is adopted by hand", async () => {
  const number = phone(world, 4);
  await fault(world, { on: "webhook", action: { kind: "hold_until_released" }, times: null });
  await fault(world, { on: "create", action: { kind: "drop_after" }, times: 1 });
  await sendFromPhone(world, number, "Is anybody there?");
  const { id } = await eventually(() => conversationOf(world, number), { label: "a conversation", world });
  const { key } = await consumerOf(world, number);
  await eventually(async () => (await consumerOf(world, number)).already_open_since, { label: "already open", timeout: 40_000, world });
  assert.deepEqual(await textsOnDesk(world, id), []);
  await admin(world, "POST", `/admin/consumers/${key}/adopt`, { conversation_id: id });
  await eventually(async () => (await textsOnDesk(world, id)).length === 1, { label: "the text at the desk", world });
  const consumer = await consumerOf(world, number);
  assert.deepEqual([consumer.conversations.map((known) => known.id), consumer.already_open_since], [[id], undefined]);
  const nonsense = await request(world, "POST", `/admin/consumers/${key}/adopt`, { body: { conversation_id: "no id at all" } });
  assert.equal(nonsense.status, 409);
});

test("a paused channel accepts everything and sends nothing; resumed, nothing is lost and all is in order", { timeout: 240_000 }, async () => {
  const people = [];
  for (const n of [11, 12, 13, 14, 15]) people.push(await person(n, "0"));
  await admin(world, "PUT", "/admin/pauses/channels/support-sms");
  const { channels } = await admin(world, "GET", "/admin/pauses");
  assert.ok(channels.length > 2);
  assert.deepEqual(channels.filter(({ paused }) => paused).map(({ name }) => name), ["support-sms"]);
  const say = async (round) => {
    for (const { number, id } of people) {
      assert.equal((await sendFromPhone(world, number, String(round))).status, 200);
      await agentSays(world, id, String(round), { wait: true });
    }
  };
  await say(1);
  await say(2);
  await world.restart(); // The flag outlives the isolate that set it.
  await say(3);
  await sleep(3000);
  for (const { number, id } of people) {
    assert.deepEqual([await textsOnDesk(world, id), await textsOnPhone(world, number)], [["0"], []]);
  }
  const [first] = people;
  const held = (await consumerOf(world, first.number)).lanes.map(({ waiting, head }) => [waiting, head?.attempts, steps(head).at(-1)]);
  assert.deepEqual(held, [[3, 0, "paused"], [3, 0, "paused"]]);
  await admin(world, "DELETE", "/admin/pauses/channels/support-sms");
  for (const { number, id } of people) {
    const through = async () => (await textsOnDesk(world, id)).length >= 4 && (await textsOnPhone(world, number)).length >= 3;
    await eventually(through, { label: `everything of ${number}`, timeout: 90_000, every: 500, world });
    assert.deepEqual(await textsOnDesk(world, id), ["0", "1", "2", "3"]);
    assert.deepEqual(await textsOnPhone(world, number), ["1", "2", "3"]);
  }
  const unknown = await request(world, "PUT", "/admin/pauses/channels/nobody");
  assert.deepEqual([unknown.status, unknown.body.error], [404, "name_unknown"]);
});

test("an erased person is nowhere any more, and a redelivery brings nobody back", async () => {
  const who = await person(5, "forget this");
  await agentSays(world, who.id, "forgotten already");
  await eventually(async () => (await textsOnPhone(world, who.number)).length === 1, { world });
  await deadLetters(who, ["lost words"]);
  const before = await consumerOf(world, who.number);
  const dry = await admin(world, "POST", `/admin/consumers/${who.key}/erase`, {});
  assert.equal(dry.dry_run, true);
  assert.equal((await consumerOf(world, who.number)).messages, before.messages);
  const { erased, dry_run: dryRun } = await admin(world, "POST", `/admin/consumers/${who.key}/erase`, { confirm: true });
  assert.equal(dryRun, false);
  assert.deepEqual([erased.lp_consumer_id, erased.conversations], [before.lp_consumer_id, [who.id]]);
  const places = erased.remains.map(({ place }) => place);
  for (const place of ["point_in_time_recovery", "logs", "liveengage", "platform"]) assert.ok(places.includes(place), place);
  const traces = [who.number, who.number.slice(1), before.lp_consumer_id, who.id, "forget this", "forgotten already", "lost words", "SM"];
  await eventually(() => {
    // The object that has the tombstone is the only one that still stands for the person, under a name that tells nothing.
    const own = new Set(rowsOf(world.runtime.disk, "Conversation").filter(({ name }) => name === "tombstone").map(({ object }) => object));
    const mine = rowsOf(world.runtime.disk, "Conversation").filter(({ object }) => own.has(object));
    const index = rowsOf(world.runtime.disk, "Attention").filter((row) => JSON.stringify(row).includes(who.key));
    const left = JSON.stringify(mine);
    assert.ok(own.size > 0 && !mine.some(({ table }) => table === "message"));
    for (const text of traces) assert.ok(!left.includes(text), `${text} is left in the consumer's object`);
    assert.deepEqual(index, []);
    const elsewhere = JSON.stringify(rowsOf(world.runtime.disk, "Directory"));
    assert.ok(!elsewhere.includes(who.key), "the Directory leads to the person");
    const kv = world.kv.keys().map((name) => [name, world.kv.text(name)]);
    assert.ok(!JSON.stringify(kv).includes(who.key) && !JSON.stringify(kv).includes(who.id), "KV leads to the person");
    return true;
  }, { label: "nothing left", timeout: 20_000, world });
  const { messages } = await world.control("GET", `/control/phones/${encodeURIComponent(who.number)}`);
  const { sid } = messages.find(({ direction }) => direction === "sent");
  assert.equal((await world.control("POST", `/control/callbacks/${sid}/redeliver`)).status, 200);
  await sleep(1500);
  assert.deepEqual(await textsOnDesk(world, who.id), ["forget this"]);
  assert.equal((await conversations(world)).filter(({ consumer }) => consumer.number === who.number).length, 1);
});

test("a brand that moves in imports its open conversations", async () => {
  const number = phone(world, 6);
  await sendFromPhone(world, number, "as a customer of the other connector");
  const { id } = await talking(world, number);
  // What this deployment knew is gone: as if another one had opened the conversation.
  await world.kill();
  rmSync(world.runtime.disk, { recursive: true });
  mkdirSync(world.runtime.disk);
  world.kv.forget();
  await world.restart();
  const pairs = [{ address: number, conversation_id: id, profile: { name: "A." } }, { address: phone(world, 7), conversation_id: "no id" }];
  for (const time of ["first", "again"]) {
    const done = await admin(world, "POST", "/admin/import", { channel: "support-sms", pairs });
    assert.deepEqual([done.imported, done.pairs.map(({ result }) => result)], [1, ["imported", "impossible"]], time);
  }
  await agentSays(world, id, "welcome");
  await eventually(async () => (await textsOnPhone(world, number)).includes("welcome"), { label: "the agent's text", world });
  await sendFromPhone(world, number, "thank you");
  await eventually(async () => (await textsOnDesk(world, id)).length === 2, { label: "the answer at the desk", world });
  assert.equal((await conversations(world)).filter(({ consumer }) => consumer.number === number).length, 1);
});

test("the command-line client finds, lists and sends again", async () => {
  await promisify(execFile)("cargo", ["build", "-q", "-p", "liveengage-cli"], { cwd: inRoot() });
  const binary = join(process.env.CARGO_TARGET_DIR || inRoot("target"), "debug", "connector");
  const env = { ...process.env, NO_PROXY: "*", CONNECTOR_URL: world.connector, CONNECTOR_ADMIN_TOKEN: TOKEN };
  const connector = async (...args) => (await promisify(execFile)(binary, args, { env })).stdout;
  const who = await person(8);
  const [letter] = await deadLetters(who, ["by hand"]);
  assert.match(await connector("dead-letters", "list", "--channel", "support-sms"), new RegExp(`${who.key}  ${letter.message}`));
  assert.match(await connector("consumers", "find", "--channel", "support-sms", "--address", who.number), new RegExp(`Consumer ${who.key}`));
  await optOut(who.number, false);
  assert.match(await connector("dead-letters", "resend", "--consumer", who.key), /1 dead letter\. Nothing was done/);
  assert.match(await connector("dead-letters", "resend", "--consumer", who.key, "--yes"), /1 dead letter sent again/);
  await eventually(async () => (await textsOnPhone(world, who.number)).length === 1, { label: "the text", world });
  assert.match(await connector("trace", who.key, letter.message), /requeued/);
  assert.match(await connector("pauses"), /support-sms +running/);
});
