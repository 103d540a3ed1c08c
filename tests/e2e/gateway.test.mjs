// The channel for an app of one's own, against an app that is strict about its side: docs/platforms/gateway.md.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, test } from "node:test";

import { act, agentSays, conversations, desk, does, eventually, post, says, settings, startWorld, talking, textsOnDesk } from "./support/harness.mjs";
import { inRoot } from "../../scripts/lib/places.mjs";

let world;
before(async () => (world = await startWorld({ app: true, vars: { CHANNEL_APP: { show_agent: true } } })));
after(() => world?.stop());

const text = (id, from, said) => ({ type: "message", id, from, profile: { user_id: from }, content: { type: "text", text: said } });
const deskTexts = async (person) => textsOnDesk(world, (await talking(world, person)).id);

async function answered(response, status, error) {
  const body = await response.text();
  assert.equal(response.status, status, body);
  if (error) assert.equal(JSON.parse(body).error, error);
}

test("every event of the contract's own examples is taken", async () => {
  const folder = inRoot("tests", "fixtures", "gateway", "from_app");
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  assert.ok(names.length >= 11);
  for (const name of names) {
    const response = await post(world, readFileSync(`${folder}/${name}`, "utf8"));
    assert.deepEqual([response.status, await response.text()], [200, '{"ok":true}'], name);
  }
});

test("a text, a choice of nothing known, a place and an unknown content reach the desk as text", async () => {
  await says(world, "kinds", "Where is my parcel? 📦");
  await does(world, "kinds", { type: "message", content: { type: "choice", reference: "0000.0", text: "Yes, please" } });
  const place = { type: "location", latitude: 52.3702, longitude: 4.8952, name: "Dam Square", address: "Dam, Amsterdam" };
  await does(world, "kinds", { type: "message", content: place });
  await does(world, "kinds", { type: "message", content: { type: "hologram", beam: 1 } });
  await talking(world, "kinds", 4);
  assert.deepEqual(await deskTexts("kinds"), [
    "Where is my parcel? 📦",
    "Yes, please",
    "Dam Square\nDam, Amsterdam\nhttps://maps.google.com/?q=52.3702,4.8952",
    "[hologram]",
  ]);
});

test("several events in one post keep their order, each for its person", async () => {
  const events = [1, 2, 3].flatMap((n) => [text(`b-${n}`, "batch-a", `a ${n}`), text(`b-${n}`, "batch-b", `b ${n}`)]);
  await answered(await post(world, { events }), 200);
  await talking(world, "batch-a", 3);
  await talking(world, "batch-b", 3);
  assert.deepEqual(await deskTexts("batch-a"), ["a 1", "a 2", "a 3"]);
  assert.deepEqual(await deskTexts("batch-b"), ["b 1", "b 2", "b 3"]);
});

test("what any event of a post tells about its person counts, whichever comes first", async () => {
  const typing = { type: "typing", from: "told-late", state: "composing" };
  const profile = { user_id: "told-late", first_name: "Lee", email: "lee@example.com" };
  await answered(await post(world, { events: [typing, { ...text("t-1", "told-late", "Hello"), profile }] }), 200);
  const { id } = await talking(world, "told-late");
  assert.equal((await desk(world, id)).consumer.profile.firstName, "Lee");
});

test("an event that cannot be read becomes a dead letter, and those beside it pass", async () => {
  const before = world.rows(["message"]).filter(({ state }) => state === "refused").length;
  const broken = { type: "message", id: "m-broken", from: "mixed", content: { type: "text", text: "  " } };
  await answered(await post(world, { events: [text("m-1", "mixed", "one"), broken, text("m-2", "mixed", "two")] }), 200);
  await talking(world, "mixed", 2);
  const refused = world.rows(["message"]).filter(({ state }) => state === "refused");
  assert.equal(refused.length, before + 1);
  assert.equal(JSON.parse(refused.at(-1).detail).refusal.reason, "malformed");
  // Mended, with its own id, it is taken.
  await answered(await post(world, text("m-broken", "mixed", "mended")), 200);
  await talking(world, "mixed", 3);
  assert.deepEqual(await deskTexts("mixed"), ["one", "two", "mended"]);
});

test("an event that names nobody becomes a dead letter of the channel, once, and those beside it pass", async () => {
  const refused = () => world.rows(["message"]).filter(({ state }) => state === "refused");
  const before = refused().length;
  const nobodys = { type: "message", id: "n-1", content: { type: "text", text: "whose?" } };
  for (const n of [1, 2]) await answered(await post(world, { events: [nobodys, text(`n-${n}`, "somebody", `${n}`)] }), 200);
  await talking(world, "somebody", 2);
  assert.equal(refused().length, before + 1);
  assert.ok(refused().every(({ key }) => key.startsWith("x:") || key.startsWith("c:")));
});

test("what is posted again has no second effect", async () => {
  for (const n of [1, 2, 3]) await answered(await post(world, text("m-same", "again", "once"), { id: `post-${n}` }), 200);
  await answered(await post(world, text("m-other", "again", "twice")), 200);
  await talking(world, "again", 2);
  assert.deepEqual(await deskTexts("again"), ["once", "twice"]);
});

test("bad signatures, times and forms are refused, and nothing of them is stored", async () => {
  const event = text("m-bad", "stranger", "let me in");
  const objects = world.objects("Conversation");
  const now = Math.floor(Date.now() / 1000);
  await answered(await post(world, event, { secret: `whsec_${randomBytes(32).toString("base64")}` }), 401, "signature_mismatch");
  await answered(await post(world, event, { headers: { "webhook-signature": null } }), 401, "signature_missing");
  await answered(await post(world, event, { headers: { "webhook-id": "another" } }), 401, "signature_mismatch");
  for (const timestamp of [now - 400, now + 400]) await answered(await post(world, event, { timestamp }), 401);
  await answered(await post(world, event, { headers: { "content-type": "text/plain" } }), 415, "unsupported_media_type");
  await answered(await post(world, "x".repeat(1024 * 1024 + 1)), 413, "body_too_large");
  await answered(await fetch(`${world.connector}/channels/app`), 405, "method_not_allowed");
  assert.equal(world.objects("Conversation"), objects);
});

test("typing and receipts go both ways", async () => {
  const id = await says(world, "both", "Hello");
  const { id: conversation } = await talking(world, "both");
  await does(world, "both", { type: "typing", state: "composing" });
  await eventually(async () => (await desk(world, conversation)).consumer.chatState === "COMPOSING", { label: "typing at the desk", world });
  await act(world, conversation, "typing");
  await eventually(() => world.app.signals("both", "typing").at(-1)?.state === "composing", { label: "typing in the app", world });
  await act(world, conversation, "read");
  await eventually(() => world.app.signals("both", "receipt").some(({ message, status }) => message === id && status === "read"), { label: "read", world });
  await agentSays(world, conversation, "Hi");
  const message = await eventually(() => world.app.messages("both").at(-1), { label: "the message", world });
  await does(world, "both", { type: "receipt", message: message.id, status: "read" });
  await eventually(async () => (await desk(world, conversation)).messages.some(({ text, receipts }) => text === "Hi" && receipts.includes("READ")), { label: "read at the desk", world });
});

test("who speaks has the name and the picture of the agent's public profile", async () => {
  const ada = await world.control("POST", "/control/agents", { nickname: "Ada", fullName: "Ada L.", pictureUrl: "https://brand.example.com/ada.png" });
  await settings(world, { auto_join: false });
  await says(world, "named", "Hello");
  const { id } = await talking(world, "named");
  await act(world, id, "join", { agentId: ada.id });
  await agentSays(world, id, "I am Ada");
  const message = await eventually(() => world.app.messages("named").at(-1), { label: "the message", world });
  await settings(world, { auto_join: true });
  const agent = { id: ada.id, role: "ASSIGNED_AGENT", name: "Ada", picture: "https://brand.example.com/ada.png" };
  assert.deepEqual(message.agent, agent);
  assert.equal(message.text, "I am Ada", "the name goes beside the text");
  assert.deepEqual(world.app.news("named").find(({ news }) => news === "agent_joined").agent, agent);
});

test("an app that is away for a while gets everything in order, and nothing twice", { timeout: 60_000 }, async () => {
  await says(world, "away", "Hello");
  const { id } = await talking(world, "away");
  await eventually(() => world.app.news("away").some(({ news }) => news === "agent_joined"), { label: "the news", world });
  await world.app.away();
  for (const n of [1, 2, 3]) await agentSays(world, id, `answer ${n}`, { wait: true });
  await new Promise((resolve) => setTimeout(resolve, 2500));
  await world.app.back();
  await eventually(() => world.app.messages("away").length === 3, { timeout: 30_000, label: "the backlog", world });
  assert.deepEqual(world.app.texts("away"), ["answer 1", "answer 2", "answer 3"]);
  assert.equal(world.app.posts.filter(({ body }) => body.to === "away" && body.type === "message").length, 3);
});

test("an answer that is lost leads to the same message with the same id", { timeout: 60_000 }, async () => {
  await says(world, "lossy", "Hello");
  const { id } = await talking(world, "lossy");
  let times = 0;
  world.app.answer = ({ to, type }) => {
    if (to !== "lossy" || type !== "message") return undefined;
    times += 1;
    return [0, 503, 429][times - 1];
  };
  await agentSays(world, id, "once");
  await agentSays(world, id, "then this");
  await eventually(() => world.app.texts("lossy").length === 2, { timeout: 40_000, label: "both texts", world });
  world.app.answer = () => undefined;
  const posts = world.app.posts.filter(({ body }) => body.to === "lossy" && body.type === "message");
  assert.deepEqual(posts.map(({ body, status }) => [body.text, status]), [["once", 0], ["once", 503], ["once", 429], ["once", 200], ["then this", 200]]);
  assert.equal(new Set(posts.map((known) => known.id)).size, 2);
});

test("a receipt that comes before the answer to its send is told all the same", { timeout: 60_000 }, async () => {
  await says(world, "quick", "Hello");
  const { id: conversation } = await talking(world, "quick");
  let reported;
  world.app.answer = ({ to, type, id }) => {
    if (to !== "quick" || type !== "message" || reported) return undefined;
    // The app has the message and says so, but its answer is lost.
    reported = does(world, "quick", { type: "receipt", message: id, status: "delivered" });
    return 0;
  };
  await agentSays(world, conversation, "got it?");
  const told = async () => (await desk(world, conversation)).messages.some(({ text, receipts }) => text === "got it?" && receipts.includes("ACCEPT"));
  await eventually(told, { timeout: 20_000, label: "delivered at the desk", world });
  await reported;
});

test("an app that says 410 has that message refused, and gets the next one", async () => {
  await says(world, "left", "Hello");
  const { id } = await talking(world, "left");
  world.app.answer = ({ text: said }) => (said === "refuse me" ? 410 : undefined);
  await agentSays(world, id, "refuse me");
  await agentSays(world, id, "take me");
  await eventually(() => world.app.texts("left").includes("take me"), { label: "the next one", world });
  world.app.answer = () => undefined;
  assert.deepEqual(world.app.texts("left"), ["take me"]);
  const refusal = world.rows(["message"]).map(({ detail }) => JSON.parse(detail).refusal).find((known) => known?.code === "http 410");
  assert.deepEqual(refusal, { reason: "rejected", code: "http 410" });
});

test("during a change of the secret both are taken and both are signed with", { timeout: 60_000 }, async () => {
  const old = world.app.secret;
  const next = `whsec_${randomBytes(32).toString("base64")}`;
  const deploy = (secret) => {
    world.runtime.vars.SECRET_CHANNEL_APP = JSON.stringify({ signing_secret: secret });
    return world.restart();
  };
  await says(world, "rotating", "with the old one");
  const { id } = await talking(world, "rotating");
  await deploy({ current: next, previous: old });
  await answered(await post(world, text("r-1", "rotating", "still the old one"), { secret: old }), 200);
  await answered(await post(world, text("r-2", "rotating", "the new one"), { secret: next }), 200);
  await talking(world, "rotating", 3);
  await agentSays(world, id, "to an app with the old secret");
  await eventually(() => world.app.texts("rotating").length === 1, { label: "signed with the old one", world });
  world.app.secret = next;
  await agentSays(world, id, "to an app with the new secret");
  await eventually(() => world.app.texts("rotating").length === 2, { label: "signed with the new one", world });
  await deploy(next);
  await answered(await post(world, text("r-3", "rotating", "too late"), { secret: old }), 401, "signature_mismatch");
  await answered(await post(world, text("r-4", "rotating", "in time"), { secret: next }), 200);
  await talking(world, "rotating", 4);
});

test("nothing that was posted to the app broke its contract, and nobody has two open conversations", async () => {
  assert.deepEqual(world.app.faults, []);
  const open = (await conversations(world)).filter(({ state }) => state === "OPEN");
  const known = open.map(({ consumer }) => consumer.lp_consumer_id);
  assert.equal(new Set(known).size, known.length);
});
