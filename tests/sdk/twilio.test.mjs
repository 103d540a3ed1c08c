// Twilio's own library as the referee: what it accepts the connector accepts, what the simulator signs it accepts, and what the
// connector sends is what it would have sent.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";

import twilio from "twilio";

import { act, agentSays, eventually, startWorld, talking } from "../e2e/support/harness.mjs";
import { PlatformPerson } from "../e2e/support/platform-person.mjs";
import { Recorder } from "../e2e/support/recorder.mjs";

const ACCOUNT = "AC00000000000000000000000000000001";
const TOKEN = "local-auth-token-of-the-simulator";
const FORM = "application/x-www-form-urlencoded";

/** Channels that Twilio knows by addresses of other shapes. Nothing there is called; it is what is signed. */
const HOOKS = {
  plain: "https://sms.example.com/hook",
  port: "https://sms.example.com:8443/hook",
  user: "https://user:pa'ss@sms.example.com/hook",
  slash: "https://Sms.Example.com/Hook/",
};

function hooks() {
  const tables = {};
  for (const [name, public_url] of Object.entries(HOOKS)) {
    const binding = `HOOK_${name.toUpperCase()}`;
    tables[`CHANNEL_${binding}`] = { platform: "twilio", account: "demo", account_sid: ACCOUNT, from: "+15550100002", public_url };
    tables[`SECRET_CHANNEL_${binding}`] = JSON.stringify({ auth_token: TOKEN });
  }
  return tables;
}

let world;
/** Between the connector and the simulated Twilio. */
let wire;
before(async () => {
  wire = await new Recorder().start("http://127.0.0.1:1");
  const vars = {
    ...hooks(),
    CHANNEL_SUPPORT_SMS: { api_url: wire.address },
    CHANNEL_TWILIO_WHATSAPP: { api_url: wire.address, messaging_url: wire.address },
  };
  world = await startWorld({ vars });
  wire.simulator = new URL(world.simulator);
});
after(async () => {
  await world?.stop();
  await wire?.stop();
});

/** A call is nobody's message, so that an accepted callback has no effect. */
const CALL = [["CallSid", "CA00000000000000000000000000000001"], ["AccountSid", ACCOUNT]];

const FORMS = {
  nothing: [],
  "an ordinary one": CALL,
  emoji: [...CALL, ["Body", "Hi 👋🏽 – 1+1=2 & more %20 ü"]],
  "a repeated name": [...CALL, ["Digits", "2"], ["Digits", "1"], ["Digits", "2"]],
  "empty values": [...CALL, ["FromCity", ""], ["Body", " \n"]],
  "names that begin alike": [...CALL, ["a", "1"], ["ab", "2"], ["A", "3"], ["a1", "4"], ["a_", "5"]],
  "many fields": [...CALL, ...Array.from({ length: 120 }, (_, n) => [`Field${n}`, `${n} 😀`])],
};

/** As the library wants a form: a value, or a list of them. */
function params(pairs) {
  const fields = {};
  for (const [name, value] of pairs) fields[name] = name in fields ? [fields[name], value].flat() : value;
  return fields;
}

/** How the connector answers a callback to one of the hooks. */
async function verdict(hook, query, signature, { body, type = FORM, method = "POST" }) {
  const response = await fetch(`${world.connector}/channels/hook-${hook}${query}`, {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": type }), "x-twilio-signature": signature },
    body,
  });
  await response.arrayBuffer();
  assert.ok([200, 403].includes(response.status), `${response.status}`);
  return response.status === 200;
}

/** Addresses that somebody might have signed in place of the one that is configured. */
const SIGNED = {
  "as it is": (url) => url,
  "with the usual port": (url) => url.replace(/^(https:\/\/(?:[^/@]*@)?[^/:]+)(?=\/)/, "$1:443"),
  "without the port": (url) => url.replace(":8443", ""),
  "with another port": (url) => url.replace(/^(https:\/\/(?:[^/@]*@)?[^/:]+)(?::\d+)?(?=\/)/, "$1:8444"),
  "of another host": (url) => url.replace("xample", "xomple"),
  "with a slash more": (url) => url.replace(/(\?|$)/, "/$1"),
  "without encryption": (url) => url.replace("https:", "http:"),
};

describe("signatures", { timeout: 180_000 }, () => {
  for (const hook of Object.keys(HOOKS)) {
    test(`of forms to ${HOOKS[hook]}`, async () => {
      const counts = { true: 0, false: 0 };
      for (const [name, pairs] of Object.entries(FORMS)) {
        for (const query of ["", "?site=42", "?a=b&c=it%27s", "?q=%F0%9F%91%8B&empty="]) {
          for (const [how, spelt] of Object.entries(SIGNED)) {
            const url = HOOKS[hook] + query;
            const signature = twilio.getExpectedTwilioSignature(TOKEN, spelt(url), params(pairs));
            const expected = twilio.validateRequest(TOKEN, signature, url, params(pairs));
            const found = await verdict(hook, query, signature, { body: new URLSearchParams(pairs).toString() });
            assert.equal(found, expected, `${name}, ${query}, ${how}`);
            counts[found] += 1;
          }
        }
      }
      assert.ok(counts.true >= 28 && counts.false >= 28, JSON.stringify(counts));
    });
  }

  test("of other forms, and with another token", async () => {
    const url = HOOKS.plain;
    const body = new URLSearchParams(FORMS.emoji).toString();
    const right = twilio.getExpectedTwilioSignature(TOKEN, url, params(FORMS.emoji));
    assert.equal(await verdict("plain", "", right, { body }), true);
    assert.equal(await verdict("plain", "", twilio.getExpectedTwilioSignature("another", url, params(FORMS.emoji)), { body }), false);
    for (const changed of [body.replace("Hi", "Ho"), `${body}&Body=more`, `${body}&More=`, body.replace(/&Body=.*/, ""), ""]) {
      const pairs = [...new URLSearchParams(changed)];
      assert.equal(twilio.validateRequest(TOKEN, right, url, params(pairs)), false);
      assert.equal(await verdict("plain", "", right, { body: changed }), false, changed);
    }
  });

  test("of bodies that are no forms, by their hash", async () => {
    const body = JSON.stringify({ CallSid: CALL[0][1], words: "Hi 👋🏽" });
    for (const [hash, expected] of [
      [twilio.getExpectedBodyHash(body), true],
      [twilio.getExpectedBodyHash(`${body} `), false],
    ]) {
      const query = `?a=b&bodySHA256=${hash}`;
      const url = HOOKS.plain + query;
      const signature = twilio.getExpectedTwilioSignature(TOKEN, url, {});
      assert.equal(twilio.validateRequestWithBody(TOKEN, signature, url, body), expected);
      assert.equal(await verdict("plain", query, signature, { body, type: "application/json" }), expected);
    }
  });

  test("of requests without a body", async () => {
    const query = `?${new URLSearchParams(FORMS.emoji)}`;
    const url = HOOKS.plain + query;
    const signature = twilio.getExpectedTwilioSignature(TOKEN, url, {});
    assert.equal(twilio.validateRequest(TOKEN, signature, url, {}), true);
    assert.equal(await verdict("plain", query, signature, { method: "GET" }), true);
    assert.equal(await verdict("plain", `${query}&more=1`, signature, { method: "GET" }), false);
  });
});

/** The library, calling the simulated Twilio through the recorder. */
function client() {
  class Redirected extends twilio.RequestClient {
    request(wanted) {
      return super.request({ ...wanted, uri: wanted.uri.replace(/^https:\/\/[^/]+/, wire.address) });
    }
  }
  return twilio(ACCOUNT, TOKEN, { httpClient: new Redirected() });
}

/** What of a request to Twilio has an effect. */
function essence({ method, path, query, headers, text }) {
  const form = [...new URLSearchParams(text)].sort();
  return { method, path, query, authorization: headers.authorization, type: headers["content-type"].split(";")[0], form };
}

const sends = () => wire.calls.filter(({ path }) => path.endsWith("/Messages.json"));

/** The library's words for the fields of a message. */
const WORDS = { To: "to", From: "from", Body: "body", MediaUrl: "mediaUrl", PersistentAction: "persistentAction", StatusCallback: "statusCallback" };

/** The library sends the same message. */
async function sentAgain(call) {
  const options = {};
  for (const [name, value] of new URLSearchParams(call.text)) {
    assert.ok(WORDS[name], name);
    options[WORDS[name]] = ["MediaUrl", "PersistentAction"].includes(name) ? [value] : value;
  }
  const message = await client().messages.create(options);
  assert.match(message.sid, /^(SM|MM)[0-9a-f]{32}$/);
  return wire.calls.at(-1);
}

describe("requests", { timeout: 120_000 }, () => {
  const id = "whatsapp:+15550300001";
  const person = new PlatformPerson(() => world, "twilio", id);

  test("are those that the library makes", async () => {
    await person.does({ kind: "text", text: "Hello" });
    const { id: conversation } = await talking(world, id, 1);
    await agentSays(world, conversation, "1+1=2 & 100 % 👋🏽\nsecond line: ä");
    await act(world, conversation, "files", { name: "shoe.png", fileType: "PNG", caption: "A shoe" });
    await act(world, conversation, "files", { name: "invoice.pdf", fileType: "PDF" });
    await act(world, conversation, "rich", { content: { type: "map", la: 52.3702, lo: -4.8952, tooltip: "Dam | Square" } });
    const calls = await eventually(() => sends().length >= 4 && sends(), { timeout: 30_000, label: "four messages", world });
    const fields = calls.flatMap(({ text }) => [...new URLSearchParams(text).keys()]);
    for (const name of Object.keys(WORDS)) assert.ok(fields.includes(name), name);
    for (const call of calls) assert.deepEqual(essence(await sentAgain(call)), essence(call));
  });

  test("for typing are, too", async () => {
    const typing = () => wire.calls.filter(({ path }) => path.endsWith("/Typing.json"));
    const { id: conversation } = await talking(world, id, 1);
    await act(world, conversation, "typing");
    const [call] = await eventually(() => typing().length > 0 && typing(), { timeout: 20_000, label: "typing", world });
    const { channel, messageId } = Object.fromEntries(new URLSearchParams(call.text));
    const answer = await client().messaging.v2.typingIndicator.create({ channel, messageId });
    assert.equal(answer.success, true);
    assert.deepEqual(essence(wire.calls.at(-1)), essence(call));
  });
});

describe("the simulator's callbacks", { timeout: 60_000 }, () => {
  /** Where they arrive, and what they are signed for. */
  const heard = [];
  let listener;
  let calls;
  before(async () => {
    listener = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      heard.push({ url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
      response.writeHead(200, { "content-type": "text/xml" }).end("<Response/>");
    });
    await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${listener.address().port}`;
    calls = await startWorld({ simulator: ["--connector", address, "--public-url", "https://sms.example.com:8443/base"] });
  });
  after(async () => {
    await calls?.stop();
    listener?.closeAllConnections();
    listener?.close();
  });

  test("are signed as the library wants it", async () => {
    const tell = (platform, who, event) => calls.control("POST", `/control/platforms/${platform}/people/${encodeURIComponent(who)}/events`, event);
    await calls.control("POST", `/control/phones/${encodeURIComponent("+15550300002")}/messages`, { text: "Hi 👋🏽 1+1=2 & so on" });
    await tell("twilio", "+15550300002", { kind: "picture", media: [{ kind: "picture" }, { kind: "file" }], text: "two" });
    await tell("twilio", "whatsapp:+15550300003", { kind: "text", text: "it's me – ü" });
    await tell("twilio", "whatsapp:+15550300003", { kind: "location", title: "Dam Square" });
    await tell("twilio", "whatsapp:+15550300003", { kind: "button", text: "Yes, please", payload: "order:42" });
    class Redirected extends twilio.RequestClient {
      request(wanted) {
        return super.request({ ...wanted, uri: wanted.uri.replace(/^https:\/\/[^/]+/, calls.simulator) });
      }
    }
    const library = twilio(ACCOUNT, TOKEN, { httpClient: new Redirected() });
    const statusCallback = "https://sms.example.com:8443/base/channels/support-sms?why=it%27s";
    await library.messages.create({ to: "+15550300002", from: "+15550100002", body: "Good day", statusCallback });
    await eventually(() => heard.length >= 7, { timeout: 20_000, label: "seven callbacks", world: calls });
    assert.ok(heard.some(({ body }) => body.includes("MessageStatus=delivered")));
    for (const { url, headers, body } of heard) {
      assert.equal(headers["content-type"].split(";")[0], FORM);
      const signed = `https://sms.example.com:8443/base${url}`;
      const fields = params([...new URLSearchParams(body)]);
      const signature = headers["x-twilio-signature"];
      assert.ok(twilio.validateRequest(TOKEN, signature, signed, fields), `${url} ${body}`);
      assert.ok(!twilio.validateRequest(TOKEN, signature, signed, { ...fields, More: "" }));
    }
  });
});
