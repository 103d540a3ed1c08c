// Hostile input at the connector's two ways in, as bytes on sockets: docs/security.md names these tests.

import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";

import { agentSays, eventually, phone, post, says, sendFromPhone, startWorld, talking, textsOnDesk, textsOnPhone } from "./support/harness.mjs";
import { Socket, exchange, requestBytes } from "./support/raw.mjs";
import { callback, inbound, webhook } from "./support/requests.mjs";

/** Stands in every text that somebody says here; what is said stands in no log. */
const SAID = "unmistakable words";
/** Stands in notes among agents: it gets nowhere at all. */
const NOTE = "the consumer may not read this";
/** What .dev.vars.example keeps secret, in the forms in which it could get out. */
const SECRETS = [
  "local-identity-key-for-the-simulator-only-0001",
  "local-client-secret-of-the-simulator",
  "local-auth-token-of-the-simulator",
  "bG9jYWwtb25seS1zaWduaW5nLXNlY3JldC1mb3ItdGhlLXNpbXVsYXRvcg",
  "local-only-signing-secret-for-the-simulator",
];
const MIB = 1 << 20;

let world;
before(async () => (world = await startWorld({ app: true })));
after(() => world?.stop());

const messages = () => world.rows(["message"]);
const refused = () => messages().filter(({ state }) => state === "refused");
const sha1 = (body) => createHmac("sha1", "local-client-secret-of-the-simulator").update(body);
const signed = (body) => ({
  "x-liveperson-signature": `sha1=${sha1(body).digest("base64")}`,
});
/** The lines of a webhook's head. */
const head = (body, more = []) => [
  "host: connector", "content-type: application/json", "x-liveperson-account-id: le12345678",
  "x-liveperson-client-id: 0f0e0d0c-1111-4222-8333-444444444444", `x-liveperson-signature: ${signed(body)["x-liveperson-signature"]}`, ...more,
];
const change = (id, sequence, text, more = {}) => ({
  sequence, conversationId: id, dialogId: id, originatorId: "agent-x", originatorMetadata: { id: "agent-x", role: "ASSIGNED_AGENT" },
  event: { type: "ContentEvent", contentType: "text/plain", message: text }, ...more,
});
const notification = (...changes) => JSON.stringify({ kind: "notification", type: "ms.MessagingEventNotification", body: { changes } });
const event = (id, from, content) => ({ type: "message", id, from, content });

/** The connector still works, for somebody who has nothing to do with it. */
let healthy = 0;
async function stillWorks() {
  const person = `healthy-${(healthy += 1)}`;
  await says(world, person, `${SAID} ${healthy}`);
  await talking(world, person);
}

test("paths that only resemble a route lead nowhere, and are not repeated", async () => {
  const paths = [
    "/channels/../nothing", "/channels/%2e%2e/nothing", "//channels/support-sms", "/channels//support-sms", "/channels/support-sms/",
    "/CHANNELS/support-sms", "/channels/support-sms%00", "/channels/support-sms%2f..", "/channels/support_sms", "/files/..%2f..%2fnothing",
    "/files/%2e%2e", "/liveengage/webhooks/", "/liveengage%2fwebhooks", "/liveengage/../liveengage//webhooks", "/.env", "/?/channels/support-sms",
    `/channels/${"x".repeat(6000)}`, `/files/${"a".repeat(6000)}`, "/files/%3Cscript%3E", "/channels/__proto__", "/channels/constructor",
  ];
  for (const path of paths) {
    for (const method of ["GET", "POST"]) {
      const { status, received } = await exchange(world, requestBytes(method, path, ["host: connector", "content-length: 0"]));
      const shown = path.slice(0, 60);
      // One segment behind /files/ is a token, whatever is in it, and tokens are only read.
      const isToken = method === "POST" && /^\/files\/[^/]+$/.test(path);
      assert.equal(status, isToken ? 405 : 404, `${method} ${shown}: ${received.slice(0, 200)}`);
      assert.match(received, isToken ? /\{"error":"method_not_allowed"\}/ : /\{"error":"not_found"\}/, shown);
      assert.ok(!received.includes("script") && !received.includes("xxxx"), `${shown} is repeated`);
    }
  }
  assert.equal(world.objects("Conversation"), 0);
});

test("headers that are written twice, with foreign bytes or with another length are not believed", async () => {
  const body = notification(change("c-head", 1, SAID));
  const bad = "x-liveperson-signature: sha1=AAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  const length = `content-length: ${Buffer.byteLength(body)}`;
  const refusedWith = async (lines, label) => {
    const { status, received } = await exchange(world, requestBytes("POST", "/liveengage/webhooks", lines, body), 5000);
    assert.ok(status >= 400 || status === 0, `${label}: ${received.slice(0, 200)}`);
    assert.ok(!received.includes(SAID) && !received.includes("local-"), label);
  };
  const without = (name) => head(body).filter((line) => !line.startsWith(name));
  await refusedWith([...head(body), bad, length], "a second signature");
  await refusedWith([bad, ...head(body), length], "a first signature");
  await refusedWith([...head(body), "x-liveperson-account-id: other", length], "a second account");
  await refusedWith([...without("x-liveperson-signature"), "x-liveperson-signature: sha1=\xff\xfe\x80", length], "bytes that are no text");
  await refusedWith([...without("x-liveperson-signature"), `x-liveperson-signature: ${"A".repeat(20_000)}`, length], "an endless signature");
  await refusedWith([...without("x-liveperson-account-id"), "x-liveperson-account-id: __proto__", length], "a name of JavaScript's own");
  await refusedWith([...head(body), length, `content-length: ${Buffer.byteLength(body) - 1}`], "two lengths");
  await refusedWith([...head(body), "content-length: -1"], "a negative length");
  await refusedWith([...head(body), "content-length: 99999999999999999999"], "a length without end");
  await refusedWith([...head(body), "x-smuggled: a\0b", length], "a zero byte");
  // The same for the app: a second time or signature of another's making spoils the first.
  for (const headers of [{ "webhook-timestamp": `${Math.floor(Date.now() / 1000)}, 1` }, { "webhook-id": "" }, { "webhook-signature": "v1," }]) {
    assert.equal((await post(world, event("m", "p", { type: "text", text: SAID }), { headers })).status, 401);
  }
  assert.equal(messages().length, 0);
  await stillWorks();
});

test("a body that breaks off is never accepted, and whole it is, once", async () => {
  const kept = () => messages().filter(({ key, state }) => key.includes("SM00000000000000000000000000000011") || state === "refused").length;
  const before = kept();
  const form = inbound(phone(world, 11), SAID, "11");
  const body = new URLSearchParams(form).toString();
  const twilio = createHmac("sha1", "local-auth-token-of-the-simulator");
  const text = Object.keys(form).sort().reduce((all, key) => all + key + form[key], `${world.connector}/channels/support-sms`);
  const signature = `x-twilio-signature: ${twilio.update(text).digest("base64")}`;
  const lines = ["host: connector", "content-type: application/x-www-form-urlencoded", signature];
  for (const how of ["length", "chunks"]) {
    for (const part of [0, 1, Math.floor(body.length / 2), body.length - 1]) {
      const cut = body.slice(0, part);
      const bytes = how === "length"
        ? requestBytes("POST", "/channels/support-sms", [...lines, `content-length: ${body.length}`], cut)
        : requestBytes("POST", "/channels/support-sms", [...lines, "transfer-encoding: chunked"], cut && `${part.toString(16)}\r\n${cut}\r\n`);
      const socket = (await Socket.open(world)).send(bytes);
      await sleep(50);
      if (part === 0) socket.cut();
      else socket.stream.end();
      assert.notEqual(await socket.answered(3000), 200, `${how}, ${part} bytes`);
      socket.cut();
    }
  }
  assert.equal(kept(), before);
  const whole = requestBytes("POST", "/channels/support-sms", [...lines, `content-length: ${body.length}`], body);
  assert.equal((await exchange(world, whole)).status, 200);
  assert.equal((await exchange(world, whole)).status, 200, "the same again");
  await talking(world, phone(world, 11));
  assert.equal(kept(), before + 1);
});

test("bodies that come drop by drop hold up nobody and are given up", { timeout: 60_000 }, async () => {
  const body = notification(change("c-slow", 1, SAID));
  const slow = await Promise.all(Array.from({ length: 40 }, () => Socket.open(world)));
  const started = Date.now();
  for (const socket of slow) socket.send(requestBytes("POST", "/liveengage/webhooks", head(body, [`content-length: ${body.length}`])));
  let dripping = true;
  const drip = (async () => {
    for (let at = 0; dripping && at < body.length - 1; at += 1) {
      for (const socket of slow) socket.send(body[at]);
      await sleep(250);
    }
  })();
  await sleep(1000);
  await stillWorks();
  assert.ok(Date.now() - started < 10_000, "others had to wait");
  const statuses = await Promise.all(slow.map((socket) => socket.answered(25_000)));
  dripping = false;
  await drip;
  assert.deepEqual([...new Set(statuses)], [408]);
  assert.ok(slow.every(({ received }) => received.includes('{"error":"body_too_slow"}')));
  for (const socket of slow) socket.cut();
  await stillWorks();
});

test("a mebibyte is read, one byte more is refused, with a length and without", async () => {
  const padded = (length, fill) => fill + " ".repeat(length - fill.length);
  const fit = padded(MIB, notification());
  const over = padded(MIB + 1, notification());
  assert.equal((await webhook(world, fit)).status, 200);
  assert.equal((await webhook(world, over)).status, 413);
  const typing = JSON.stringify({ type: "typing", from: "large", state: "composing" });
  assert.equal((await post(world, padded(MIB, typing))).status, 200);
  assert.equal((await post(world, padded(MIB + 1, typing))).status, 413);
  const chunked = requestBytes("POST", "/liveengage/webhooks", head(over, ["transfer-encoding: chunked"]), `${over.length.toString(16)}\r\n${over}\r\n0\r\n\r\n`);
  assert.equal((await exchange(world, chunked)).status, 413);
});

test("deep and huge JSON is answered, kept where it is authentic, and hurts nobody", { timeout: 60_000 }, async () => {
  const before = refused().length;
  const nested = (open, close, levels) => open.repeat(levels) + close.repeat(levels);
  const inChange = (value) => `{"type":"ms.MessagingEventNotification","body":{"changes":[{"conversationId":"c-deep","dialogId":"c-deep","sequence":1,"originatorId":"a","event":{"type":"RichContentEvent","content":${value}}}]}}`;
  const bodies = [
    nested("[", "]", 10_000), nested('{"a":', "}", 10_000).replace("}", "1}"), "[".repeat(100_000), inChange(nested("[", "]", 10_000)), inChange(nested("[", "]", 100)),
    inChange(JSON.stringify(nested("[", "]", 10_000))), `{"type":"ms.MessagingEventNotification","body":{"changes":[${"7,".repeat(300_000)}7]}}`,
    `{"type":"ms.MessagingEventNotification","body":{"changes":1e999}}`, `[${"1,".repeat(400_000)}1]`, `{${'"a":1,'.repeat(100_000)}"a":1}`,
  ];
  for (const body of bodies) assert.equal((await webhook(world, body)).status, 200, body.slice(0, 40));
  const kept = refused();
  assert.ok(kept.length > before + 6 && kept.length < before + 200, `${kept.length - before} dead letters`);
  // By the app: what can be read of it is, and the rest is a dead letter instead of an endless 503.
  for (const levels of [10, 61, 100, 123, 124, 125, 126, 127, 10_000]) {
    const body = `{"type":"message","id":"deep-${levels}","from":"deep","content":{"type":"hologram","x":${nested("[", "]", levels)}}}`;
    assert.equal((await post(world, body)).status, 200, `${levels} levels`);
  }
  // Unsigned it is not even read.
  assert.equal((await webhook(world, bodies[0], { "x-liveperson-signature": "sha1=AAAA" })).status, 401);
  await stillWorks();
});

test("what is not UTF-8 is kept as a dead letter, and is nobody's message", async () => {
  const before = refused().length;
  const bytes = Buffer.concat([Buffer.from('{"type":"message","id":"u","from":"u","content":{"type":"text","text":"'), Buffer.from([0xff, 0xfe, 0xc3, 0x28]), Buffer.from('"}}')]);
  assert.equal((await webhook(world, Buffer.concat([Buffer.from(notification()).subarray(0, 20), Buffer.from([0xed, 0xa0, 0x80])]))).status, 200);
  const form = { ...inbound(phone(world, 12), "x", "12") };
  const url = `${world.connector}/channels/support-sms`;
  const body = Buffer.from(new URLSearchParams(form).toString().replace("Body=x", "Body=%FF%FE"));
  const signs = createHmac("sha1", "local-auth-token-of-the-simulator").update(url);
  for (const key of Object.keys(form).sort()) signs.update(key).update(key === "Body" ? Buffer.from([0xff, 0xfe]) : form[key]);
  const headers = { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signs.digest("base64") };
  assert.equal((await fetch(url, { method: "POST", headers, body })).status, 200);
  const now = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(SECRETS[3] + "==", "base64");
  const mac = createHmac("sha256", key).update(`u-1.${now}.`).update(bytes).digest("base64");
  const app = { "content-type": "application/json", "webhook-id": "u-1", "webhook-timestamp": now, "webhook-signature": `v1,${mac}` };
  assert.equal((await fetch(`${world.connector}/channels/app`, { method: "POST", headers: app, body: bytes })).status, 200);
  assert.equal(refused().length, before + 3);
});

test("forged, cut, mislabelled and re-encoded signatures are refused by every scheme", async () => {
  const kept = () => messages().filter(({ key }) => /SM0+13$|forged/.test(key)).length + refused().length;
  const before = kept();
  const body = notification(change("c-forged", 1, SAID));
  const good = sha1(body).digest("base64");
  const hex = sha1(body).digest("hex");
  const pretty = JSON.stringify(JSON.parse(body), null, 1);
  const bad = [
    `sha256=${good}`, `sha1=${good.slice(0, -1)}`, `sha1=${good.slice(0, 14)}`, `sha1=${hex.slice(0, 20)}`, `sha1=${hex}00`, `SHA1=${good}`, good, "sha1=", "=",
    `sha1=${Buffer.from(hex).toString("base64")}`, `md5=${createHmac("md5", "local-client-secret-of-the-simulator").update(body).digest("base64")}`,
    `sha1=${createHmac("sha1", "").update(body).digest("base64")}`, `sha1=${good}, sha1=${good}`,
  ];
  for (const signature of bad) assert.equal((await webhook(world, body, { "x-liveperson-signature": signature })).status, 401, signature);
  const others = [pretty, body + "\n", `\ufeff${body}`, Buffer.from(body, "utf16le"), gzipSync(body), body.replace("agent-x", "agent\\u002dx")];
  for (const other of others) assert.equal((await webhook(world, other, signed(body))).status, 401);
  const zipped = await webhook(world, gzipSync(body), { ...signed(body), "content-encoding": "gzip" });
  assert.equal(zipped.status, 401, "a body that only unpacked is the signed one");

  const form = inbound(phone(world, 13), SAID, "13");
  const url = `${world.connector}/channels/support-sms`;
  const text = Object.keys(form).sort().reduce((all, key) => all + key + form[key], url);
  const mac = (token, value = text) => createHmac("sha1", token).update(value).digest("base64");
  const token = "local-auth-token-of-the-simulator";
  for (const signature of [mac(""), mac(token).slice(0, -1), mac(token).slice(0, 20), mac(token, text.replace("http:", "https:")), mac(token, text + " "), mac("whsec_"), createHmac("sha256", token).update(text).digest("base64")]) {
    assert.equal((await callback(world, form, { headers: { "x-twilio-signature": signature } })).status, 403, signature);
  }
  assert.equal((await callback(world, { ...form, Extra: "1" }, { headers: { "x-twilio-signature": mac(token) } })).status, 403);
  assert.equal((await callback(world, form, { headers: { "content-type": "application/json", "x-twilio-signature": mac(token) } })).status, 403);
  assert.equal((await fetch(`${url}?a=b`, { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": mac(token) }, body: new URLSearchParams(form) })).status, 403);

  const said = event("forged", "forged", { type: "text", text: SAID });
  const now = Math.floor(Date.now() / 1000);
  const reuse = async (signedBody, sentBody, id = "p-1") => {
    const key = Buffer.from(SECRETS[3] + "==", "base64");
    const value = createHmac("sha256", key).update(`${id}.${now}.${signedBody}`).digest("base64");
    return (await post(world, sentBody, { id: "p-1", timestamp: now, headers: { "webhook-signature": `v1,${value}` } })).status;
  };
  const raw = JSON.stringify(said);
  assert.equal(await reuse(raw, JSON.stringify(said, null, 1)), 401);
  assert.equal(await reuse(raw, raw, "p-2"), 401, "another id");
  for (const options of [{ timestamp: now - 301 }, { timestamp: now + 400 }, { secret: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }, { headers: { "webhook-signature": "v1a,AAAA v2,AAAA" } }]) {
    assert.equal((await post(world, said, options)).status, 401, JSON.stringify(options));
  }
  assert.equal(kept(), before);
});

test("what is replayed, or written in another way that is signed alike, has no second effect", async () => {
  const number = phone(world, 14);
  await says(world, "replayed", `${SAID} once`);
  const { id } = await talking(world, "replayed");
  const body = notification(change(id, 7000, `${SAID} from the desk`));
  for (let times = 0; times < 3; times += 1) assert.equal((await webhook(world, body)).status, 200);
  // The bytes are what is signed; what they are called changes nothing.
  assert.equal((await webhook(world, body, { "content-type": "application/json; charset=utf-16" })).status, 200);
  await eventually(() => world.app.texts("replayed").includes(`${SAID} from the desk`), { label: "the desk's text", world });

  const form = inbound(number, `${SAID} & more`, "14");
  assert.equal((await callback(world, form)).status, 200);
  const reversed = Object.fromEntries(Object.entries(form).reverse());
  assert.equal((await callback(world, reversed)).status, 200, "in another order");
  await talking(world, number);

  const said = event("replayed-1", "replayed", { type: "text", text: `${SAID} twice` });
  const [name, now] = [`post_${randomUUID()}`, Math.floor(Date.now() / 1000)];
  for (let times = 0; times < 2; times += 1) assert.equal((await post(world, said, { id: name, timestamp: now })).status, 200);
  assert.equal((await post(world, said)).status, 200, "signed anew, with the same id in it");
  await talking(world, "replayed", 2);
  await stillWorks();
  assert.deepEqual(await textsOnDesk(world, id), [`${SAID} once`, `${SAID} twice`]);
  assert.deepEqual(world.app.texts("replayed"), [`${SAID} from the desk`]);
  assert.equal(messages().filter(({ key }) => key.includes("SM00000000000000000000000000000014")).length, 1);
});

test("hostile ids become plain names of objects, keys of the index and rows", async () => {
  const ids = ["../../admin", "a:b", "%2e%2e", "'; DROP TABLE message; --", "__proto__", "\u202eevil", "x".repeat(256), "conversation:le12345678:c", "日本語"];
  for (const [at, id] of ids.entries()) {
    assert.equal((await post(world, { ...event(`'); DELETE FROM message; --${at}`, id, { type: "text", text: SAID }), profile: { user_id: `hostile-${at}` } })).status, 200);
    assert.equal((await webhook(world, notification(change(id + "\0\r\nx", 1, SAID)))).status, 200);
  }
  assert.equal((await webhook(world, notification(change("y".repeat(100_000), 1, SAID)))).status, 200);
  for (const at of ids.keys()) await talking(world, `hostile-${at}`);
  const keys = world.kv.keys();
  assert.ok(keys.length > 0);
  for (const key of keys) assert.match(key, /^(conversation|consumer):[A-Za-z0-9_%-]{1,300}:[A-Za-z0-9_%-]{1,300}$/);
  for (const value of keys.map((key) => world.kv.text(key))) assert.match(value, /^[A-Za-z0-9_-]{43}$/);
  await stillWorks();
});

test("a private note gets nowhere, however it is written", async () => {
  const number = phone(world, 15);
  await sendFromPhone(world, number, `${SAID} with notes`);
  const { id } = await talking(world, number);
  await agentSays(world, id, NOTE, { audience: "AGENTS_AND_MANAGERS" });
  let sequence = 8000;
  for (const audience of ["AGENTS_AND_MANAGERS", "all", "ALL ", "", 7, ["ALL"], { a: 1 }, false]) {
    for (const event of [
      { type: "ContentEvent", contentType: "text/plain", message: NOTE }, { type: "RichContentEvent", content: { type: "text", text: NOTE } },
      { type: "ContentEvent", contentType: "hosted/file", message: { relativePath: "/a.png", caption: NOTE } }, { type: "NewEvent", note: NOTE }, "not an event",
    ]) {
      const noted = change(id, (sequence += 1), NOTE, { event, messageAudience: audience, metadata: [{ note: NOTE }] });
      assert.equal((await webhook(world, notification(noted))).status, 200);
    }
  }
  await agentSays(world, id, `${SAID} to the consumer`);
  await eventually(async () => (await textsOnPhone(world, number)).includes(`${SAID} to the consumer`), { label: "the text after the notes", world });
  assert.deepEqual(await textsOnPhone(world, number), [`${SAID} to the consumer`]);
});

test("after all of this no secret, text, note or number stands where it must not", async () => {
  const logs = world.logs();
  assert.ok(logs.includes("callback_refused") && logs.includes("webhook_refused"), "the logs are not what this test reads");
  for (const secret of SECRETS) assert.ok(!logs.includes(secret), "a secret is logged");
  assert.ok(!logs.includes(SAID) && !logs.includes(NOTE), "what somebody said is logged");
  assert.ok(!/\+?1555020\d{4}/.test(logs), "a number is logged");
  assert.ok(!/panicked|unreachable|RuntimeError/.test(logs), "the connector has crashed");
  for (const line of logs.split("\n").filter((line) => line.includes('{"event"'))) {
    assert.ok(line.length < 2000, `a long line: ${line.slice(0, 200)}`);
  }
  const stored = world.rows().map((row) => JSON.stringify(row));
  for (const row of stored) for (const secret of SECRETS) assert.ok(!row.includes(secret), "a secret is stored");
  assert.ok(!stored.some((row) => row.includes(NOTE)), "a note among agents is stored");
  const delivered = messages().filter(({ state }) => state === "delivered");
  assert.ok(delivered.length > 10);
  assert.ok(delivered.every((row) => !JSON.stringify(row).includes(SAID)), "what was delivered is still stored");
  assert.ok(delivered.every(({ trace, detail }) => !/1555020/.test(trace + detail)), "a number stands in a trace");
  const index = world.kv.keys().flatMap((key) => [key, world.kv.text(key)]).join("\n");
  assert.ok(!/1555020/.test(index) && !index.includes(SAID));
});
