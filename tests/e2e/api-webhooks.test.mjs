// Every notification of LiveEngage: what it becomes on a phone (a text) and in an app (its own form), and what becomes of
// those that are not for the consumer. docs/connector-api.md lists them all. Files and surveys have files of their own.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { act, agentCloses, agentSays, desk, does, eventually, phone, says, sendFromPhone, settings, startWorld, talking, textsOnPhone } from "./support/harness.mjs";
import { webhook } from "./support/requests.mjs";

let world;
before(async () => (world = await startWorld({ app: true })));
after(() => world?.stop());

/** A conversation by SMS. */
async function bySms(n) {
  const number = phone(world, n);
  await sendFromPhone(world, number, "Hello");
  const { id } = await talking(world, number);
  return { number, id, texts: () => textsOnPhone(world, number) };
}

/** A conversation with the app. */
async function byApp(person) {
  await says(world, person, "Hello");
  const { id } = await talking(world, person);
  return { person, id };
}

const lastText = ({ texts, number }, text) =>
  eventually(async () => (await texts()).at(-1) === text, { label: `${JSON.stringify(text)} on ${number}`, world });

const nextMessage = ({ person }, before) =>
  eventually(() => world.app.messages(person)[before], { label: `message ${before} of ${person}`, world });

const news = (person, wanted) =>
  eventually(() => world.app.news(person).find((post) => post.news === wanted), { label: `news ${wanted} of ${person}`, world });

async function palette() {
  return (await world.control("GET", "/control/palette")).palette;
}

/** Sends a sample of the palette. */
function send(id, { name, kind, ...body }) {
  return act(world, id, kind === "rich" ? "rich" : "messages", body);
}

/** Every text of a sample that a reader should see. */
function words(element) {
  if (Array.isArray(element)) return element.flatMap(words);
  if (typeof element !== "object" || element === null) return [];
  const own = element.type === "text" ? [element.text] : element.type === "button" ? [element.title] : [];
  return own.concat(Object.entries(element).filter(([name]) => name !== "click" && name !== "metadata").flatMap(([, part]) => words(part)));
}

test("every kind of structured content is a readable text on a phone", { timeout: 60_000 }, async () => {
  const sms = await bySms(1);
  const samples = await palette();
  assert.ok(samples.length >= 23);
  for (const [at, sample] of samples.entries()) {
    await send(sms.id, sample);
    const texts = await eventually(async () => {
      const all = await sms.texts();
      return all.length > at && all;
    }, { label: sample.name, world });
    assert.equal(texts.length, at + 1, sample.name);
    const text = texts[at];
    assert.ok(text.trim().length > 2, `${sample.name}: ${text}`);
    assert.doesNotMatch(text, /[{}]|undefined|null|\[object/, `${sample.name}: ${text}`);
    for (const word of words(sample.content ?? [])) assert.ok(text.includes(word), `${sample.name} lacks ${word}: ${text}`);
  }
  assert.deepEqual(world.rows(["message"]).filter((row) => row.state === "refused"), []);
});

test("every kind of structured content reaches an app as LivePerson's own JSON, with its text and choices", { timeout: 60_000 }, async () => {
  const app = await byApp("structured");
  for (const [at, sample] of (await palette()).entries()) {
    await send(app.id, sample);
    const { content, text, choices = [], place } = await nextMessage(app, at);
    assert.equal(content.type, "structured", sample.name);
    assert.deepEqual(content.content, sample.content, sample.name);
    assert.deepEqual(content.quick_replies, sample.quickReplies, sample.name);
    assert.deepEqual(content.metadata ?? null, sample.metadata ?? null, sample.name);
    assert.equal(content.text, sample.text, sample.name);
    assert.ok(text.length > 2, sample.name);
    assert.equal(place.dialog_id, app.id);
    for (const choice of choices) assert.ok(text.includes(choice.title), `${sample.name}: ${choice.title}`);
  }
});

const reply = (title, text) => ({
  type: "button", title, tooltip: title,
  click: { actions: [{ type: "publishText", text }], metadata: [{ type: "ExternalId", id: `id-${title}` }] },
});
const REPLIES = { type: "quickReplies", itemsPerRow: 2, replies: [reply("Yes", "Yes, please"), reply("No", "No, thanks")] };

test("quick replies are numbered on a phone, and are answered by number or by title", async () => {
  const sms = await bySms(2);
  for (const answer of ["2", " no "]) {
    await agentSays(world, sms.id, "Shall we call you?", { quickReplies: REPLIES });
    await lastText(sms, "Shall we call you?\n1. Yes\n2. No");
    const before = (await desk(world, sms.id)).messages.length;
    await sendFromPhone(world, sms.number, answer);
    const said = await eventually(async () => {
      const { messages } = await desk(world, sms.id);
      return messages.slice(before).find(({ role, text }) => role === "CONSUMER" && text);
    }, { label: `the answer ${answer}`, world });
    assert.deepEqual([said.text, said.metadata], ["No, thanks", [{ type: "ExternalId", id: "id-No" }]]);
  }
  // What is no answer is a text.
  await agentSays(world, sms.id, "Shall we call you?", { quickReplies: REPLIES });
  await sendFromPhone(world, sms.number, "7 o'clock");
  await eventually(async () => (await desk(world, sms.id)).messages.some(({ text }) => text === "7 o'clock"), { world });
});

test("an agent's texts arrive as they are, by the assigned agent, a manager and an automatic message", async () => {
  const [sms, app] = [await bySms(3), await byApp("texts")];
  for (const role of ["ASSIGNED_AGENT", "MANAGER", "AGENT", "CONTROLLER"]) {
    const text = `By ${role} — é, 漢字, 👍🏽`;
    await agentSays(world, sms.id, text, { role });
    await lastText(sms, text);
    const before = world.app.messages(app.person).length;
    await agentSays(world, app.id, text, { role });
    const message = await nextMessage(app, before);
    assert.deepEqual(message.content, { type: "text", text });
    assert.deepEqual([message.text, message.agent.role], [text, role]);
  }
});

test("a file of an agent, and one hosted elsewhere, are an address on a phone and a file in an app", async () => {
  const [sms, app] = [await bySms(4), await byApp("files")];
  await act(world, sms.id, "external-file", { name: "manual.pdf", url: "https://files.example.com/manual.pdf", fileType: "PDF" });
  await lastText(sms, "manual.pdf: https://files.example.com/manual.pdf");
  await act(world, sms.id, "files", { name: "map.png", fileType: "PNG", caption: "Here" });
  const link = await eventually(async () => (await sms.texts()).at(-1).match(/^(\S+): (http\S+\/files\/\S+)$/m), { label: "a link", world });
  assert.ok(link[2].startsWith(world.connector));

  await act(world, app.id, "external-file", { name: "manual.pdf", url: "https://files.example.com/manual.pdf", fileType: "PDF" });
  const external = await nextMessage(app, 0);
  assert.deepEqual([external.content.type, external.content.url], ["file", "https://files.example.com/manual.pdf"]);
  await act(world, app.id, "files", { name: "map.png", fileType: "PNG", caption: "Here" });
  const { content } = await nextMessage(app, 1);
  assert.deepEqual([content.type, content.media_type], ["file", "image/png"]);
  assert.equal((await fetch(content.url)).status, 200);
});

test("a secure form is named on a phone, and whole in an app", async () => {
  const [sms, app] = [await bySms(5), await byApp("forms")];
  await act(world, sms.id, "secure-form", { title: "Your address", formId: "f-1" });
  await lastText(sms, "[Your address] This form cannot be opened here.");
  const { invitationId } = await act(world, app.id, "secure-form", { title: "Your address", formId: "f-1" });
  const { content } = await nextMessage(app, 0);
  assert.deepEqual(content, { type: "secure_form", title: "Your address", form: { formId: "f-1", invitationId, title: "Your address" } });
});

test("accept statuses and typing of agents reach an app, and never a phone", async () => {
  const [sms, app] = [await bySms(6), await byApp("signals")];
  const message = await does(world, app.person, { type: "message", content: { type: "text", text: "Read me" } });
  await talking(world, app.person, 2);
  const told = (status) =>
    eventually(() => world.app.signals(app.person, "receipt").some((post) => post.message === message && post.status === status), { label: status, world });
  await told("delivered");
  await act(world, app.id, "read");
  await told("read");
  for (const [chatState, state] of [["COMPOSING", "composing"], ["PAUSE", "paused"], ["ACTIVE", "active"], ["INACTIVE", "inactive"], ["GONE", "gone"]]) {
    await act(world, app.id, "typing", { chatState });
    await eventually(() => world.app.signals(app.person, "typing").at(-1)?.state === state, { label: state, world });
  }
  await act(world, sms.id, "typing");
  await act(world, sms.id, "read");
  await agentSays(world, sms.id, "after the signals", { wait: true });
  await lastText(sms, "after the signals");
  assert.deepEqual(await sms.texts(), ["after the signals"]);
});

test("opened, joined by an agent, transferred, and closed by the agent are news, in order among what is said", async () => {
  await settings(world, { auto_join: false });
  const app = await byApp("story");
  await news(app.person, "opened");
  const { agent } = await act(world, app.id, "join");
  await news(app.person, "agent_joined");
  await agentSays(world, app.id, "Hello, I am here", { wait: true });
  await act(world, app.id, "transfer", { skillId: "558000002" });
  await news(app.person, "transferred");
  const other = (await world.control("GET", "/control/agents")).agents.find(({ id }) => id !== agent.id);
  await act(world, app.id, "join", { agentId: other.id });
  await eventually(() => world.app.news(app.person).some((post) => post.agent_id === other.id), { label: "the other agent", world });
  await agentSays(world, app.id, "I take over", { wait: true });
  await agentCloses(world, app.id);
  await news(app.person, "closed");
  await settings(world, { auto_join: true });
  const story = world.app.inbox(app.person).map((post) => post.news ?? post.text);
  assert.deepEqual(story, ["opened", "agent_joined", "Hello, I am here", "transferred", "agent_joined", "I take over", "closed"]);
  assert.ok(world.app.news(app.person).every((post) => post.conversation_id === app.id));
  assert.equal(world.app.news(app.person).at(-1).by, "AGENT");
});

test("a transfer to another agent is news only when that agent joins", async () => {
  const app = await byApp("handed-on");
  const { agent } = await desk(world, app.id);
  await news(app.person, "agent_joined");
  const other = (await world.control("GET", "/control/agents")).agents.find(({ id }) => id !== agent.id);
  await act(world, app.id, "transfer", { agentId: other.id });
  // Nobody has it now; somebody else of the brand writes meanwhile.
  await agentSays(world, app.id, "One moment", { role: "MANAGER", wait: true });
  await act(world, app.id, "join");
  await eventually(() => world.app.news(app.person).at(-1)?.agent_id === other.id, { label: "the other agent", world });
  const story = world.app.inbox(app.person).map((post) => post.agent_id ?? post.news ?? post.text);
  assert.deepEqual(story.slice(-2), ["One moment", other.id]);
});

test("a close by the consumer and one by the system say so", async () => {
  const left = await byApp("left");
  await does(world, left.person, { type: "close", survey: false });
  assert.equal((await news(left.person, "closed")).by, "CONSUMER");
  const idle = await byApp("idle");
  await agentCloses(world, idle.id, { by: "SYSTEM" });
  assert.equal((await news(idle.person, "closed")).by, "SYSTEM");
});

test("a survey's beginning and end are news, and its question a message of its dialog", async () => {
  await settings(world, { survey: true, survey_questions: ["How was it?"] });
  const app = await byApp("surveyed");
  await agentCloses(world, app.id);
  await news(app.person, "survey_started");
  const question = await nextMessage(app, 0);
  assert.deepEqual([question.text, question.agent.role], ["How was it?", "AGENT"]);
  assert.notEqual(question.place.dialog_id, app.id);
  assert.ok(!world.app.news(app.person).some((post) => post.news === "closed"), "closed although its survey runs");
  await says(world, app.person, "5");
  await news(app.person, "closed");
  const { messages } = await desk(world, app.id);
  assert.ok(messages.some(({ text, dialogId }) => text === "5" && dialogId === question.place.dialog_id));
  await settings(world, { survey: false, survey_questions: null });
});

test("off-hours are news with their end, and a welcome and an off-hours text are texts on both", async () => {
  await settings(world, { welcome_message: "Welcome!", off_hours: { type: "WEEKEND", till_minutes: 90, message: "We are away." } });
  const [sms, app] = [await bySms(7), await byApp("weekend")];
  await eventually(async () => (await sms.texts()).length === 2, { label: "both texts", world });
  assert.deepEqual(await sms.texts(), ["Welcome!", "We are away."]);
  await eventually(() => world.app.messages(app.person).length === 2, { label: "both messages", world });
  assert.deepEqual(world.app.texts(app.person), ["Welcome!", "We are away."]);
  assert.ok(world.app.messages(app.person).every(({ agent }) => agent.role === "CONTROLLER"));
  const { until } = await news(app.person, "off_hours");
  assert.equal(until, (await desk(world, app.id)).delay.tillWhen);
  await settings(world, { welcome_message: null, off_hours: null });
  await act(world, sms.id, "automatic", { text: "Still there?" });
  await lastText(sms, "Still there?");
});

test("private notes and unknown audiences reach neither phone nor app, whatever they carry", async () => {
  const [sms, app] = [await bySms(8), await byApp("notes")];
  for (const { id } of [sms, app]) {
    for (const audience of ["AGENTS_AND_MANAGERS", "all", "EVERYBODY", ""]) {
      const hidden = { audience, wait: true };
      await agentSays(world, id, "hush-hush", hidden);
      await act(world, id, "rich", { content: { type: "text", text: "hush-hush" }, ...hidden });
      await act(world, id, "files", { name: "hush-hush.png", fileType: "PNG", ...hidden });
      await act(world, id, "external-file", { name: "hush-hush", url: "https://x.example/", ...hidden });
      await act(world, id, "secure-form", { title: "hush-hush", ...hidden });
    }
    await agentSays(world, id, "for you", { audience: null, wait: true });
  }
  await lastText(sms, "for you");
  await nextMessage(app, 0);
  assert.deepEqual([await sms.texts(), world.app.texts(app.person)], [["for you"], ["for you"]]);
  assert.ok(!JSON.stringify(world.rows()).includes("hush-hush"), "a note is stored");
  assert.ok(!world.logs().includes("hush-hush"), "a note is logged");
});

test("echoes of what the consumer said come back to nobody", async () => {
  const [sms, app] = [await bySms(9), await byApp("echo")];
  await does(world, app.person, { type: "typing", state: "composing" });
  await agentSays(world, sms.id, "only this", { wait: true });
  await agentSays(world, app.id, "only this", { wait: true });
  await lastText(sms, "only this");
  await nextMessage(app, 0);
  assert.deepEqual([await sms.texts(), world.app.texts(app.person)], [["only this"], ["only this"]]);
  assert.deepEqual(world.app.signals(app.person, "typing"), []);
});

test("events in LivePerson's older form, without conversation, audience and metadata, are delivered", async () => {
  const sms = await bySms(10);
  const event = { type: "ContentEvent", contentType: "text/plain", message: "as in 2018" };
  const omit = ["conversationId", "messageAudience", "metadata", "serverTimestamp"];
  await act(world, sms.id, "event", { event, omit, wait: true });
  await lastText(sms, "as in 2018");
});

test("an event of an unknown kind is acknowledged, and what follows it arrives", async () => {
  const sms = await bySms(11);
  const { status } = await act(world, sms.id, "event", { event: { type: "HologramEvent", beam: 1 }, wait: true });
  assert.equal(status, 200);
  await agentSays(world, sms.id, "after it", { wait: true });
  await lastText(sms, "after it");
});

test("several changes in one notification arrive in order, and one that stands in no list arrives too", async () => {
  const sms = await bySms(13);
  const change = (sequence, message) => ({
    sequence, originatorId: "agent-x", originatorMetadata: { id: "agent-x", role: "ASSIGNED_AGENT" }, serverTimestamp: Date.now(),
    event: { type: "ContentEvent", contentType: "text/plain", message }, conversationId: sms.id, dialogId: sms.id, messageAudience: "ALL",
  });
  const notification = (changes) => ({ kind: "notification", type: "ms.MessagingEventNotification", body: { changes } });
  const seen = change(900, "one");
  assert.equal((await webhook(world, notification([seen, change(901, "two"), seen]))).status, 200);
  assert.equal((await webhook(world, notification(change("902", "three")))).status, 200);
  await lastText(sms, "three");
  assert.deepEqual(await sms.texts(), ["one", "two", "three"]);
});

test("a form that was filled in, and a conversation that leaves the feed, are news to nobody", async () => {
  const app = await byApp("filled-in");
  const event = { type: "ContentEvent", contentType: "forms/secure-submission", message: { invitationId: "i-1", submissionId: "s-1" } };
  assert.equal((await act(world, app.id, "event", { event, role: "CONSUMER", wait: true })).status, 200);
  await news(app.person, "agent_joined");
  const gone = { type: "DELETE", result: { convId: app.id } };
  const body = { kind: "notification", type: "cqm.ExConversationChangeNotification", body: { changes: [gone] } };
  assert.equal((await webhook(world, body)).status, 200);
  await agentSays(world, app.id, "Thank you", { wait: true });
  await nextMessage(app, 0);
  assert.deepEqual(world.app.inbox(app.person).map((post) => post.news ?? post.text), ["opened", "agent_joined", "Thank you"]);
  await says(world, app.person, "Bye");
  assert.equal((await talking(world, app.person, 2)).id, app.id, "it is still the same conversation");
});

test("notifications signed by SHA-1 or SHA-256, in base64 or hexadecimal, are authentic; others are not", async () => {
  const sms = await bySms(12);
  for (const signature of ["sha1", "sha256"]) {
    for (const encoding of ["base64", "hex"]) {
      await settings(world, { signature, encoding });
      const { status } = await agentSays(world, sms.id, `${signature} ${encoding}`, { wait: true });
      assert.equal(status, 200);
      await lastText(sms, `${signature} ${encoding}`);
    }
  }
  await settings(world, { signature: "sha1", encoding: "base64" });
  assert.equal((await webhook(world, {}, { "x-liveperson-signature": "sha1=AAAA" })).status, 401);
});

test("everything that goes on in other conversations of the account leaves no row", async () => {
  const before = world.objects("Conversation");
  const rows = world.rows(["message"]).length;
  const mix = ["content", "chat", "accept", "change", "echo", "rich", "file", "close"];
  const { statuses } = await world.control("POST", "/control/foreign", { events: 240, conversations: 24, mix });
  assert.deepEqual(Object.keys(statuses), ["200"]);
  assert.equal(world.objects("Conversation"), before);
  assert.equal(world.rows(["message"]).length, rows);
});

test("nothing that was posted to the app broke its contract", () => assert.deepEqual(world.app.faults, []));
