// Every request of the Connector API that goes to LiveEngage, as it stands on the wire and as the desk takes it.
// docs/connector-api.md lists them all. Files have a test file of their own.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";

import { act, agentCloses, agentSays, conversationOf, desk, does, eventually, fault, phone, says, sendFromPhone, settings, startWorld, talking } from "./support/harness.mjs";

const ACCOUNT = "/api/account/le12345678";
const APP_SECRET = JSON.stringify({ signing_secret: "whsec_bG9jYWwtb25seS1zaWduaW5nLXNlY3JldC1mb3ItdGhlLXNpbXVsYXRvcg==" });

/** More channels of the same app, each with settings of its own. */
function channels(app) {
  const channel = { platform: "gateway", account: "demo", url: app.url };
  return {
    CHANNEL_ROUTED: {
      ...channel,
      skill_id: "1234567890",
      campaign_id: "1234567891",
      engagement_id: "1234567892",
      language: "en-US",
      languages: ["en-US", "de-DE"],
      response_target: "prioritized",
    },
    SECRET_CHANNEL_ROUTED: APP_SECRET,
    CHANNEL_ASKED: { ...channel, monitoring_entry_points: ["sec://Support", "https://shop.example.com/help"] },
    SECRET_CHANNEL_ASKED: APP_SECRET,
    CHANNEL_FORMS: { ...channel, features: ["RICH_CONTENT", "SECURE_FORMS"] },
    SECRET_CHANNEL_FORMS: APP_SECRET,
  };
}

let world;
before(async () => (world = await startWorld({ app: true, record: true, vars: channels })));
after(() => world?.stop());
beforeEach(() => world.control("DELETE", "/control/faults"));

const shown = (id) => desk(world, id);
const closed = (id) => eventually(async () => (await shown(id)).state === "CLOSE", { label: "the close", world });

/** The two requests of the create that opened a conversation. */
function createOf({ id }) {
  const { json } = world.recorder.creates().find(({ answer }) => answer?.[1]?.body?.conversationId === id);
  return { profile: json[0], wanted: json[1].body, json };
}

/** The events of a type in a conversation, once there are so many. */
const published = (type, id, count) =>
  eventually(
    () => {
      const events = world.recorder.events(type, id);
      return events.length >= count && events;
    },
    { label: `${count} of ${type}`, world },
  );

const updates = (id) => world.recorder.sends("cm.UpdateConversationField", id).map(({ body }) => body.conversationField);

test("the services are looked up, and the tokens of the app and of the consumer fetched, once for many messages", async () => {
  const number = phone(world, 1);
  await sendFromPhone(world, number, "one");
  await talking(world, number);
  await sendFromPhone(world, number, "two");
  await talking(world, number, 2);
  const { recorder } = world;
  const [domains, ...more] = recorder.to(`${ACCOUNT}/service/baseURI.json`);
  assert.deepEqual([domains.method, domains.query, more], ["GET", { version: "1.0" }, []]);

  const tokens = recorder.to(`/sentinel${ACCOUNT}/app/token`);
  assert.equal(tokens.length, 1);
  // Nothing secret belongs into the address.
  assert.deepEqual(tokens[0].query, { v: "1.0", grant_type: "client_credentials" });
  assert.equal(tokens[0].headers["content-type"], "application/x-www-form-urlencoded");
  assert.deepEqual(Object.fromEntries(new URLSearchParams(tokens[0].text)), {
    client_id: "0f0e0d0c-1111-4222-8333-444444444444",
    client_secret: "local-client-secret-of-the-simulator",
  });

  const consumers = recorder.to(`${ACCOUNT}/consumer`);
  assert.equal(consumers.length, 1);
  assert.equal(consumers[0].headers.authorization, tokens[0].answer.access_token);
  const { ext_consumer_id: name } = consumers[0].json;
  assert.ok(name.length >= 32 && !name.includes(number.slice(1)), "the consumer's id is not a keyed hash");

  for (const call of recorder.calls.filter(({ path }) => path.includes("/messaging/consumer/"))) {
    assert.deepEqual([call.method, call.query], ["POST", { v: "3" }]);
    assert.equal(call.headers.authorization, tokens[0].answer.access_token);
    assert.equal(call.headers["x-lp-on-behalf"], consumers[0].answer.token);
    assert.equal(call.headers["content-type"], "application/json");
  }
});

const WHOLE = {
  name: "Zoë 🌻", first_name: "Zoë", last_name: "Byron", role: "consumer", description: "Writes from the app",
  avatar_url: "https://img.example.com/zoe.png", background_url: "https://img.example.com/back.png",
  email: "zoe@example.com", phone: "+15550209001", language: "en-GB",
  push: { service_name: "svc", cert_name: "cert", token: "tok" },
  customer: {
    customer_type: "vip", customer_status: "active", balance: 12.5, currency: "EUR", customer_id: "C-42", social_id: "zoe.b",
    imei: "356938035643809", user_name: "zoe42", company_size: 12, company_branch: "Delft", account_name: "Byron & Co",
    role: "owner", last_payment_date: { day: 3, month: 7, year: 2026 }, registration_date: { day: 1, month: 2, year: 2020 },
    login_status: "in",
  },
  personal: {
    first_name: "Zoë", last_name: "Byron", age: { age: 34, year: 1992, month: 3, day: 4 },
    contacts: [{ email: "work@example.com", phone: "+15550209002", phone_type: "WORK", address: { country: "NL", region: "ZH" } }],
    gender: "FEMALE", company: "Byron & Co", language: "en-GB",
  },
};

test("a profile with every field opens the conversation, and the agent sees its attributes", async () => {
  await says(world, "zoe", "Hello", { profile: WHOLE });
  const known = await talking(world, "zoe");
  const { json, profile, wanted } = createOf(known);
  assert.deepEqual(json.map(({ kind, type }) => [kind, type]), [["req", "userprofile.SetUserProfile"], ["req", "cm.ConsumerRequestConversation"]]);
  assert.ok(json.every(({ id }) => id.length >= 1 && id.length <= 64) && json[0].id !== json[1].id);
  const { authenticatedData, ...rest } = profile.body;
  assert.deepEqual(rest, {
    firstName: "Zoë", lastName: "Byron", userId: "zoe", role: "consumer", description: "Writes from the app",
    avatarUrl: "https://img.example.com/zoe.png", backgndImgUri: "https://img.example.com/back.png",
    privateData: { mobileNum: "+15550209001", mail: "zoe@example.com", pushNotificationData: { serviceName: "svc", certName: "cert", token: "tok" } },
  });
  assert.deepEqual(authenticatedData.lp_sdes.map(({ type }) => type), ["ctmrinfo", "personal"]);
  assert.deepEqual(known.consumer.profile.ctmrinfo, {
    ctype: "vip", cstatus: "active", balance: 12.5, currency: "EUR", customerId: "C-42", socialId: "zoe.b",
    imei: "356938035643809", userName: "zoe42", companySize: 12, companyBranch: "Delft", accountName: "Byron & Co", role: "owner",
    lastPaymentDate: { day: 3, month: 7, year: 2026 }, registrationDate: { day: 1, month: 2, year: 2020 }, loginStatus: "in",
  });
  assert.deepEqual(known.consumer.profile.personal, {
    firstname: "Zoë", lastname: "Byron", age: { age: 34, year: 1992, month: 3, day: 4 }, gender: "FEMALE", company: "Byron & Co",
    language: "en-GB",
    contacts: [
      { email: "zoe@example.com", phone: "+15550209001", phoneType: "MOBILE" },
      { email: "work@example.com", phone: "+15550209002", phoneType: "WORK", address: { country: "NL", region: "ZH" } },
    ],
  });
  assert.deepEqual(wanted, { brandId: "le12345678", channelType: "MESSAGING" });
});

test("a channel's skill, campaign, languages and response target go with the create", async () => {
  await says(world, "routed-1", "Hallo", { channel: "routed", profile: { language: "de_DE" } });
  const { wanted } = createOf(await talking(world, "routed-1"));
  assert.deepEqual(wanted, {
    brandId: "le12345678", channelType: "MESSAGING", skillId: "1234567890", ttrDefName: "PRIORITIZED",
    campaignInfo: { campaignId: "1234567891", engagementId: "1234567892" },
    conversationContext: { type: "SharkContext", lang: "de-DE" },
  });
  await says(world, "routed-2", "Bonjour", { channel: "routed", profile: { language: "fr-FR" } });
  const other = createOf(await talking(world, "routed-2"));
  assert.equal(other.wanted.conversationContext.lang, "en-US", "a language that the engagement does not have");
});

test("an app's own wish for the routing goes before the channel's settings", async () => {
  const routing = { skill_id: "11", campaign_id: "12", engagement_id: "13", language: "fr-FR", response_target: "urgent" };
  await says(world, "wishing", "Hello", { channel: "routed", profile: { routing } });
  const known = await talking(world, "wishing");
  assert.deepEqual(createOf(known).wanted, {
    brandId: "le12345678", channelType: "MESSAGING", skillId: "11", ttrDefName: "URGENT",
    campaignInfo: { campaignId: "12", engagementId: "13" }, conversationContext: { type: "SharkContext", lang: "fr-FR" },
  });
  assert.equal(known.skillId, "11");
  assert.equal(known.ttr.ttrType, "URGENT");
});

test("the Monitoring API is asked for the campaign, and knows the visitor at the next conversation", async () => {
  const asked = () => world.recorder.to("/engagement");
  const before = asked().length;
  await says(world, "visitor", "Hello", { channel: "asked", profile: { customer: { customer_id: "C-7" } } });
  const first = await talking(world, "visitor");
  const call = asked()[before];
  assert.equal(call.path, `${ACCOUNT}/app/0f0e0d0c-1111-4222-8333-444444444444/engagement`);
  assert.deepEqual(call.query, { v: "1.1", obh: "false" });
  assert.deepEqual(call.json.identities, [
    { iss: `${world.connector}/channels/asked`, acr: "loa1", sub: first.consumer.ext_consumer_id },
  ]);
  assert.deepEqual(call.json.entryPoints, ["sec://Support", "https://shop.example.com/help"]);
  assert.equal(call.json.engagementAttributes[0].info.customerId, "C-7");
  const { visitorId, sessionId } = call.answer;
  assert.deepEqual(createOf(first).wanted, {
    brandId: "le12345678", channelType: "MESSAGING", campaignInfo: { campaignId: "1000001", engagementId: "2000002" },
    conversationContext: { type: "SharkContext", visitorId, sessionId, interactionContextId: "2" },
  });
  await agentCloses(world, first.id);
  await eventually(() => world.app.news("visitor").some(({ news }) => news === "closed"), { label: "news of the close", world });
  await says(world, "visitor", "Me again", { channel: "asked" });
  await eventually(async () => (await conversationOf(world, "visitor")).id !== first.id, { label: "a second conversation", world });
  assert.deepEqual(asked().at(-1).query, { v: "1.1", vid: visitorId, sid: sessionId, obh: "false" });
});

test("outside opening hours there is no campaign, and the conversation opens all the same and tells until when", async () => {
  await settings(world, { engagement_eligible: false, off_hours: { type: "NIGHT", till_minutes: 60, message: "We are back at eight." } });
  await says(world, "night", "Anybody?", { channel: "asked" });
  const known = await talking(world, "night");
  await settings(world, { engagement_eligible: true, off_hours: null });
  const { wanted } = createOf(known);
  assert.equal(wanted.campaignInfo, undefined);
  assert.equal(wanted.conversationContext.type, "SharkContext");
  assert.equal(known.delay.type, "NIGHT");
  await eventually(() => world.app.texts("night").includes("We are back at eight."), { label: "the automatic message", world });
  const told = world.app.news("night").find(({ news }) => news === "off_hours");
  assert.equal(told.until, known.delay.tillWhen);
});

test("a Monitoring API that is still loading the account is asked again", { timeout: 60_000 }, async () => {
  await settings(world, { engagement_loading: true });
  await says(world, "early", "Hello", { channel: "asked" });
  const known = await talking(world, "early");
  await settings(world, { engagement_loading: false });
  assert.equal(createOf(known).wanted.campaignInfo.campaignId, "1000001");
  assert.deepEqual(world.recorder.to("/engagement").map(({ status }) => status).slice(-2), [500, 200]);
});

test("a conversation whose create was answered to nobody is found through the Monitoring API", { timeout: 60_000 }, async () => {
  await fault(world, [
    { on: "create", action: { kind: "drop_after" }, times: 1 },
    { on: "webhook", action: { kind: "hold_until_released" }, times: null },
  ]);
  await says(world, "lost", "Are you there?", { channel: "asked" });
  const known = await talking(world, "lost");
  const { status, conversationId } = world.recorder.to("/engagement").at(-1).answer.engagementDetails[0];
  assert.deepEqual([status, conversationId], ["conversation", known.id]);
  assert.equal(known.messages.filter(({ text }) => text === "Are you there?").length, 1);
});

test("a changed profile is told during the conversation, and what it does not mention stays", async () => {
  await says(world, "moving", "Hello", { profile: { name: "Kim", customer: { customer_id: "C-1", customer_type: "vip" } } });
  const { id } = await talking(world, "moving");
  await does(world, "moving", { type: "profile", profile: { name: "Kim Li", customer: { customer_id: "C-2" } } });
  await eventually(async () => {
    const { profile } = (await shown(id)).consumer;
    return profile.firstName === "Kim Li" && profile.ctmrinfo.customerId === "C-2" && profile.ctmrinfo.ctype === "vip";
  }, { label: "the profile at the desk", world });
  await says(world, "moving", "And now?", { profile: { last_name: "Li" } });
  await talking(world, "moving", 2);
  const sent = world.recorder.sends("userprofile.SetUserProfile");
  assert.equal(sent.length, 2, "told when it had changed, and not otherwise");
  assert.equal(sent.at(-1).body.lastName, "Li");
});

test("a text of any length stays within 5,000 characters per request, emoji and quotes included", async () => {
  const words = Array.from({ length: 1500 }, (_, n) => `"${n}" 👋🏽`);
  await says(world, "talker", words.join(" "));
  const { id } = await conversationOf(world, "talker") ?? (await talking(world, "talker"));
  const arrived = () => world.recorder.events("ContentEvent", id).map(({ body }) => body.event.message).join(" ").split(/\s+/);
  await eventually(() => arrived().length === words.length * 2, { label: "all words", timeout: 20_000, world });
  assert.equal(arrived().join(" "), words.join(" "));
  const requests = world.recorder.to("/conversation/send").filter(({ json }) => json.body.conversationId === id);
  await eventually(() => requests.every(({ status }) => status), { label: "every answer", world });
  assert.ok(requests.length > 3);
  for (const { text, json, status } of requests) {
    assert.ok(text.length <= 5000, `${text.length} characters`);
    assert.deepEqual([status, json.body.dialogId, json.body.event.contentType], [200, id, "text/plain"]);
  }
});

test("each chat state is told, and a text ends the typing", async () => {
  await says(world, "typist", "Hello");
  const { id } = await talking(world, "typist");
  const told = () => world.recorder.events("ChatStateEvent", id).map(({ body }) => body.event.chatState);
  const states = { composing: "COMPOSING", paused: "PAUSE", inactive: "INACTIVE", gone: "GONE", active: "ACTIVE" };
  for (const [state, name] of Object.entries(states)) {
    await does(world, "typist", { type: "typing", state });
    await eventually(() => told().at(-1) === name, { label: name, world });
    assert.equal((await shown(id)).consumer.chatState, name);
  }
  await does(world, "typist", { type: "typing", state: "composing" });
  await eventually(() => told().at(-1) === "COMPOSING", { label: "typing", world });
  await says(world, "typist", "Here it is");
  await eventually(() => told().at(-1) === "ACTIVE", { label: "a state after the text", world });
  assert.deepEqual(told(), [...Object.values(states), "COMPOSING", "ACTIVE"]);
});

test("receipts of the person reach the desk: delivered, read, opened, failed", async () => {
  await says(world, "reader", "Hello");
  const { id } = await talking(world, "reader");
  const names = { delivered: "ACCEPT", read: "READ", accessed: "ACCESS", failed: "NACK" };
  for (const [status, name] of Object.entries(names)) {
    const { sequence } = await agentSays(world, id, `to be ${status}`);
    const message = await eventually(() => world.app.messages("reader").find(({ text }) => text === `to be ${status}`), { label: status, world });
    assert.deepEqual(message.place, { dialog_id: id, sequence });
    await does(world, "reader", { type: "receipt", message: message.id, status });
    await eventually(async () => {
      const found = (await shown(id)).messages.find((known) => known.sequence === sequence && known.role !== "CONSUMER");
      return found.receipts.includes(name);
    }, { label: name, world });
    const { event } = (await published("AcceptStatusEvent", id, 1)).at(-1).body;
    assert.deepEqual(event, { type: "AcceptStatusEvent", status: name, sequenceList: [sequence] });
  }
});

test("a chosen answer is an ACTION and a text, both with the element's metadata", async () => {
  await says(world, "chooser", "Hello");
  const { id } = await talking(world, "chooser");
  const metadata = [{ type: "ExternalId", id: "yes-1234" }];
  const reply = { type: "button", title: "Yes", click: { actions: [{ type: "publishText", text: "yep" }], metadata } };
  const { sequence } = await agentSays(world, id, "Did that help?", { quickReplies: { type: "quickReplies", itemsPerRow: 2, replies: [reply] } });
  const message = await eventually(() => world.app.messages("chooser").at(-1), { label: "the question", world });
  assert.equal(message.text, "Did that help?\n1. Yes");
  const [{ reference, text }] = message.choices;
  await does(world, "chooser", { type: "message", content: { type: "choice", reference, text } });
  await talking(world, "chooser", 2);
  const [action] = await published("AcceptStatusEvent", id, 1);
  assert.deepEqual(action.body.event, { type: "AcceptStatusEvent", status: "ACTION", sequenceList: [sequence] });
  assert.deepEqual(action.metadata, metadata);
  const said = world.recorder.events("ContentEvent", id).at(-1);
  assert.deepEqual([said.body.event.message, said.metadata], ["yep", metadata]);
});

test("the person closes with a survey: the main dialog is closed, and the survey runs", async () => {
  await settings(world, { survey: true });
  await says(world, "closer", "Hello");
  const { id } = await talking(world, "closer");
  await does(world, "closer", { type: "close", survey: true });
  const survey = await eventually(async () => (await shown(id)).dialogs.find(({ type }) => type === "POST_SURVEY"), { label: "a survey", world });
  assert.equal(survey.state, "OPEN");
  assert.deepEqual(updates(id), [
    { field: "DialogChange", type: "UPDATE", dialog: { dialogId: id, state: "CLOSE", closedCause: "Closed by consumer" } },
  ]);
  await eventually(() => world.app.news("closer").some(({ news }) => news === "survey_started"), { label: "news of the survey", world });
  // A survey takes no chat states.
  await does(world, "closer", { type: "typing", state: "composing" });
  await does(world, "closer", { type: "stop_survey" });
  await closed(id);
  assert.deepEqual(updates(id).at(-1), { field: "Stage", conversationState: "CLOSE" });
  assert.deepEqual(world.recorder.events("ChatStateEvent", id), []);
  await settings(world, { survey: false });
});

test("the person closes without a survey: everything is closed at once", async () => {
  await settings(world, { survey: true });
  await says(world, "leaver", "Hello");
  const { id } = await talking(world, "leaver");
  await does(world, "leaver", { type: "close", survey: false });
  await closed(id);
  const known = await shown(id);
  assert.deepEqual([known.closedBy, known.dialogs.length], ["CONSUMER", 1]);
  assert.deepEqual(updates(id), [{ field: "ConversationStateField", conversationState: "CLOSE" }]);
  await settings(world, { survey: false });
});

test("the response target changes during the conversation", async () => {
  await says(world, "hurry", "Hello");
  const { id } = await talking(world, "hurry");
  for (const [target, ttrType] of [["urgent", "URGENT"], ["prioritized", "PRIORITIZED"], ["normal", "NORMAL"]]) {
    await does(world, "hurry", { type: "response_target", target });
    await eventually(async () => (await shown(id)).ttr.ttrType === ttrType, { label: ttrType, world });
    const { field, value } = updates(id).at(-1);
    assert.deepEqual([field, Number.isInteger(value)], ["TTRField", true]);
  }
});

test("what has no conversation to be about opens none", async () => {
  await does(world, "quiet", { type: "close", survey: true });
  await does(world, "quiet", { type: "response_target", target: "urgent" });
  await does(world, "quiet", { type: "typing", state: "composing" });
  await does(world, "quiet", { type: "profile", profile: { name: "Nobody yet" } });
  await says(world, "quiet", "Now I speak", { channel: "app" });
  const known = await talking(world, "quiet");
  assert.equal(known.consumer.profile.firstName, "Nobody yet");
  assert.deepEqual([updates(known.id), known.state], [[], "OPEN"]);
});

test("a send to a closed conversation opens a new one and says it there", async () => {
  await says(world, "late", "one");
  const first = await talking(world, "late");
  await fault(world, { on: "webhook", action: { kind: "hold_until_released" }, times: null, match: { conversation: first.id } });
  await agentCloses(world, first.id);
  await says(world, "late", "two");
  await eventually(async () => {
    const known = await conversationOf(world, "late");
    return known.id !== first.id && known.messages.some(({ text }) => text === "two");
  }, { label: "the text in a new conversation", world });
  const answers = world.recorder.to("/conversation/send").filter(({ json }) => json.body.conversationId === first.id);
  assert.match(answers.at(-1).answer.body.msg, /Conversation is close/);
});

test("a LiveEngage that is too busy or fails is asked again, and what it finds invalid is given up; the order is kept", { timeout: 60_000 }, async () => {
  await says(world, "busy", "Hello");
  const { id } = await talking(world, "busy");
  await fault(world, [
    { on: "publish", action: { kind: "status", status: 429, retry_after: 2 }, times: 1, match: { text_contains: "busy one" } },
    { on: "publish", action: { kind: "status", status: 503 }, times: 1, match: { text_contains: "busy one" } },
    { on: "publish", action: { kind: "status", status: 400, body: { code: "BAD_REQUEST", body: { msg: "Bad Request" } } }, times: null, match: { text_contains: "busy two" } },
  ]);
  const started = Date.now();
  for (const text of ["busy one", "busy two", "busy three"]) await says(world, "busy", text);
  await talking(world, "busy", 3);
  assert.ok(Date.now() - started >= 2000, "Retry-After was not waited for");
  const { messages } = await shown(id);
  assert.deepEqual(messages.filter(({ role, text }) => role === "CONSUMER" && text).map(({ text }) => text), ["Hello", "busy one", "busy three"]);
  const refused = world.rows(["message"]).filter(({ state }) => state === "refused");
  assert.deepEqual(refused.map(({ detail }) => JSON.parse(detail).refusal.reason), ["rejected"]);
});

test("Client-Properties stands on every call, in ASCII, with the channel's features", async () => {
  await says(world, "former", "Hello", { channel: "forms" });
  const { id } = await talking(world, "former");
  await act(world, id, "secure-form", { title: "Your address" });
  await eventually(() => world.app.messages("former").some(({ content }) => content.type === "secure_form"), { label: "the form", world });
  const calls = world.recorder.calls.filter(({ path }) => path.includes("/messaging/consumer/"));
  const seen = new Set();
  for (const { headers } of calls) {
    const text = headers["client-properties"];
    assert.match(text, /^[\x20-\x7e]+$/);
    const { type, features } = JSON.parse(text);
    assert.equal(type, ".ClientProperties");
    seen.add(features.join(" "));
  }
  assert.deepEqual([...seen].sort(), ["AUTO_MESSAGES RICH_CONTENT QUICK_REPLIES MULTI_DIALOG", "RICH_CONTENT SECURE_FORMS"]);
  assert.deepEqual((await shown(id)).consumer.clientProperties.features, ["RICH_CONTENT", "SECURE_FORMS"]);
});

test("nothing that was posted to the app broke its contract, and LiveEngage refused nothing but the closed conversation", () => {
  assert.deepEqual(world.app.faults, []);
  // What was made to fail fails without the API's own words.
  const refused = world.recorder.calls.filter(({ status, answer }) => status === 400 && answer?.reqId);
  assert.deepEqual(refused.map(({ answer }) => answer.body?.msg), ["Bad Request, Conversation is close"]);
});
