// Bad input and bad configuration: each gets its own clear answer, and nothing is lost or told.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { conversationOf, eventually, phone, sendFromPhone, startWorld, textsOnDesk } from "./support/harness.mjs";
import { callback, inbound, webhook } from "./support/requests.mjs";

let world;
before(async () => (world = await startWorld()));
after(() => world?.stop());

const refused = () => world.rows(["message"]).filter((row) => row.state === "refused");

async function answered(response, status, error) {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.match(response.headers.get("content-type"), /^application\/json/);
  assert.equal(JSON.parse(text).error, error);
  return text;
}

test("unknown paths and channels", async () => {
  for (const path of ["/", "/channels", "/channels/", "/channels/nobody", "/channels/support-sms/more", "/liveengage", "/%2e%2e/x"]) {
    await answered(await fetch(world.connector + path, { method: "POST" }), 404, "not_found");
  }
});

test("methods", async () => {
  const channel = await fetch(`${world.connector}/channels/support-sms`, { method: "DELETE" });
  assert.equal(channel.headers.get("allow"), "POST, GET");
  await answered(channel, 405, "method_not_allowed");
  await answered(await fetch(`${world.connector}/liveengage/webhooks`), 405, "method_not_allowed");
});

test("content types", async () => {
  const number = phone(world, 1);
  for (const type of ["text/plain", "multipart/form-data; boundary=x", null]) {
    const response = await callback(world, inbound(number, "hi"), { headers: { "content-type": type ?? "" } });
    await answered(response, 415, "unsupported_media_type");
  }
  await answered(await webhook(world, {}, { "content-type": "text/plain" }), 415, "unsupported_media_type");
});

test("over-long bodies are refused without being read whole", async () => {
  const long = "x".repeat((1 << 20) + 1);
  await answered(await webhook(world, long), 413, "body_too_large");
  await answered(await callback(world, inbound(phone(world, 1), long)), 413, "body_too_large");
  // A body of unknown length that would never end.
  let pulled = 0;
  const endless = new ReadableStream({
    async pull(controller) {
      pulled += 1;
      await sleep(1);
      if (pulled < 1000) controller.enqueue(new Uint8Array(64 * 1024));
      else controller.close();
    },
  });
  const response = await fetch(`${world.connector}/liveengage/webhooks`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: endless,
    duplex: "half",
  });
  await answered(response, 413, "body_too_large");
  assert.ok(pulled < 500, `${pulled} pieces were read`);
});

test("Twilio's signature: missing 400, wrong 403", async () => {
  const form = inbound(phone(world, 1), "do not echo me");
  const missing = await callback(world, form, { headers: { "x-twilio-signature": null } });
  const text = await answered(missing, 400, "signature_missing");
  assert.ok(!text.includes("echo me"));
  for (const signature of ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "%%%"]) {
    const response = await callback(world, form, { headers: { "x-twilio-signature": signature } });
    assert.ok([400, 403].includes(response.status));
    if (signature !== "") await answered(response, 403, "signature_mismatch");
  }
  assert.equal(world.objects("Conversation"), 0);
});

test("LiveEngage's signature, account and client id: 401", async () => {
  await answered(await webhook(world, {}, { "x-liveperson-signature": null }), 401, "signature_missing");
  await answered(await webhook(world, {}, { "x-liveperson-signature": "sha1=AAAA" }), 401, "signature_mismatch");
  await answered(await webhook(world, {}, { "x-liveperson-account-id": "99999999" }), 401, "account_unknown");
  await answered(await webhook(world, {}, { "x-liveperson-client-id": "another" }), 401, "account_unknown");
  await answered(await webhook(world, {}, { "x-liveperson-account-id": null }), 401, "account_unknown");
});

test("a malformed body with a good signature becomes one dead letter and is acknowledged", async () => {
  const before = refused().length;
  for (let times = 0; times < 2; times += 1) {
    const response = await callback(world, { MessageSid: "SM".padEnd(34, "7"), Body: "from nobody" });
    assert.equal(response.status, 200);
    assert.match(await response.text(), /<Response\s*\/>/);
  }
  assert.equal(refused().length, before + 1);
  const bodies = ["", "not json", '{"kind":"notification"', "[1,2,3]", "null", Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), "[".repeat(50_000)];
  for (const body of bodies) assert.equal((await webhook(world, body)).status, 200, String(body).slice(0, 30));
  assert.equal(refused().length, before + 1 + bodies.length);
  assert.ok(refused().every((row) => JSON.parse(row.detail).refusal.reason === "malformed"));
});

test("unknown kinds are acknowledged and counted, and leave no row", async () => {
  const before = world.rows(["message"]).length;
  const event = (body) => ({ kind: "notification", type: "ms.MessagingEventNotification", body: { changes: [body] } });
  const unknown = [
    { kind: "notification", type: "ms.SomethingNew", body: { changes: [] } },
    event({ dialogId: "d-unknown", event: { type: "ChatStateEvent", chatState: "COMPOSING" } }),
    event({ dialogId: "d-unknown", sequence: 1, event: { type: "AcceptStatusEvent", status: "READ", sequenceList: [0] } }),
  ];
  for (const body of unknown) assert.equal((await webhook(world, body)).status, 200);
  assert.equal(world.rows(["message"]).length, before);
  assert.match(world.logs(), /webhook_kind_unknown/);
});

test("a channel with a mistake says so on the first request, and the others work", async () => {
  const other = await startWorld({
    vars: { CHANNEL_BROKEN: { platform: "twilio", account: "nobody", acount_sid: "AC1" } },
  });
  try {
    const response = await fetch(`${other.connector}/channels/broken`, { method: "POST" });
    const text = await answered(response, 503, "configuration");
    const keys = JSON.parse(text).problems.map((problem) => problem.key);
    assert.ok(keys.includes("CHANNEL_BROKEN.account"), keys);
    assert.ok(keys.includes("CHANNEL_BROKEN.acount_sid"), keys);
    assert.ok(JSON.parse(text).problems.every((problem) => problem.cure));
    assert.ok(!text.includes("local-auth-token"));
    assert.equal((await sendFromPhone(other, phone(other, 1), "hello")).status, 200);
  } finally {
    await other.stop();
  }
});

test("a removed channel's waiting messages are named, wait, and go on when it is back", { timeout: 90_000 }, async () => {
  const gone = await startWorld();
  try {
    const number = phone(gone, 1);
    await gone.control("POST", "/control/outage", { liveengage: true });
    await sendFromPhone(gone, number, "keep me");
    const channel = gone.runtime.vars.CHANNEL_SUPPORT_SMS;
    await gone.kill();
    await gone.control("POST", "/control/outage", { liveengage: false });
    delete gone.runtime.vars.CHANNEL_SUPPORT_SMS;
    delete gone.runtime.vars.SECRET_CHANNEL_SUPPORT_SMS;
    await gone.restart();
    await eventually(() => /"channel_missing"/.test(gone.logs()), { timeout: 40_000, label: "its name in the log", world: gone });
    assert.match(gone.logs(), /support-sms/);
    assert.ok(gone.rows(["message"]).every((row) => row.state === "waiting"));
    gone.runtime.vars.CHANNEL_SUPPORT_SMS = channel;
    gone.runtime.vars.SECRET_CHANNEL_SUPPORT_SMS = JSON.stringify({ auth_token: "local-auth-token-of-the-simulator" });
    await gone.restart();
    const opened = await eventually(() => conversationOf(gone, number), { timeout: 40_000, label: "its conversation", world: gone });
    await eventually(async () => (await textsOnDesk(gone, opened.id)).includes("keep me"), { timeout: 20_000, world: gone });
  } finally {
    await gone.stop();
  }
});
