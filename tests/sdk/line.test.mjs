// LINE's own library as the referee: what it accepts the connector accepts, what the simulator signs it accepts, and what the
// connector sends is what it would have sent.

import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { after, before, describe, test } from "node:test";
import { createHmac } from "node:crypto";

import { messagingApi, validateSignature } from "@line/bot-sdk";

import { act, agentSays, eventually, startWorld, talking } from "../e2e/support/harness.mjs";
import { PlatformPerson } from "../e2e/support/platform-person.mjs";
import { Recorder } from "../e2e/support/recorder.mjs";

const SECRET = "local-channel-secret-of-the-simulator";
const TOKEN = "local-channel-access-token-of-the-simulator";
const ZOE = `U${"0".repeat(28)}e001`;

let world;
/** Between the connector and the simulated LINE. */
let wire;
/** The library knows hosts only, and the simulated LINE is at a path. */
let host;
before(async () => {
  wire = await new Recorder().start("http://127.0.0.1:1");
  host = createServer((from, to) => {
    const asked = request(`${wire.address}/line${from.url}`, { method: from.method, headers: from.headers }, (answer) => {
      to.writeHead(answer.statusCode, answer.headers);
      answer.pipe(to);
    });
    from.pipe(asked);
  });
  await new Promise((resolve) => host.listen(0, "127.0.0.1", resolve));
  world = await startWorld({ vars: { CHANNEL_LINE: { api_url: `${wire.address}/line`, data_url: `${wire.address}/line-data` } } });
  wire.simulator = new URL(world.simulator);
});
after(async () => {
  host?.closeAllConnections();
  host?.close();
  await world?.stop();
  await wire?.stop();
});

/** How the connector answers: what is signed names nobody, so that an accepted callback has no effect. */
async function verdict(body, signature) {
  const response = await fetch(`${world.connector}/channels/line`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(signature === undefined ? {} : { "x-line-signature": signature }) },
    body,
  });
  await response.arrayBuffer();
  return response.status;
}

const sign = (body, secret = SECRET) => createHmac("sha256", secret).update(body).digest("base64");

test("the connector's verdicts on signatures are the library's", async () => {
  const empty = '{"destination":"U00000000000000000000000000000001","events":[]}';
  const spaced = '{ "destination": "U00000000000000000000000000000001", "events": [],\n "note": "👋🏽 ü \\u00fc" }\n';
  const counts = { true: 0, false: 0 };
  for (const body of [empty, spaced]) {
    const right = sign(body);
    const turned = right.replace(/[a-z]/, (letter) => letter.toUpperCase());
    for (const signature of [right, turned, sign(`${body} `), sign(body, "another"), sign(body.slice(1)), right.slice(4), `${right.slice(0, -4)}AAA=`, createHmac("sha1", SECRET).update(body).digest("base64"), "x"]) {
      const expected = validateSignature(body, SECRET, signature);
      assert.equal((await verdict(body, signature)) === 200, expected, signature);
      counts[expected] += 1;
    }
    assert.notEqual(await verdict(body), 200);
  }
  assert.deepEqual(counts, { true: 2, false: 16 });
});

describe("requests", { timeout: 120_000 }, () => {
  const person = new PlatformPerson(() => world, "line", ZOE);
  const client = () => new messagingApi.MessagingApiClient({ channelAccessToken: TOKEN, baseURL: `http://127.0.0.1:${host.address().port}` });
  const essence = ({ method, path, headers, json }) => ({ method, path, authorization: headers.authorization, type: headers["content-type"]?.split(";")[0], retry: headers["x-line-retry-key"], json });
  const calls = (end) => wire.calls.filter(({ path }) => path.endsWith(end));

  test("are those that the library makes", async () => {
    await person.does({ kind: "text", text: "Hello 👋🏽" });
    const { id } = await talking(world, ZOE);
    await agentSays(world, id, "first, by the reply token – ü");
    await agentSays(world, id, "second, pushed");
    const [reply] = await eventually(() => calls("/message/reply").length > 0 && calls("/message/reply"), { timeout: 20_000, label: "a reply", world });
    const [push] = await eventually(() => calls("/message/push").length > 0 && calls("/message/push"), { timeout: 20_000, label: "a push", world });
    // The token is used up: what the library sends is compared, not what is answered.
    await assert.rejects(client().replyMessage(reply.json));
    assert.deepEqual(essence(calls("/message/reply").at(-1)), essence(reply));
    // The key has been accepted: LINE would answer 409, and so does the simulator.
    await assert.rejects(client().pushMessage(push.json, push.headers["x-line-retry-key"]), ({ status }) => status === 409);
    assert.deepEqual(essence(calls("/message/push").at(-1)), essence(push));
    assert.equal((await person.messages()).filter(({ text }) => text === "second, pushed").length, 1);
  });

  test("for typing and for who a person is are, too", async () => {
    const { id } = await talking(world, ZOE);
    await person.does({ kind: "text", text: "are you there?" });
    await eventually(async () => {
      await act(world, id, "typing");
      return calls("/chat/loading/start").length > 0;
    }, { timeout: 20_000, every: 500, label: "typing", world });
    const [loading] = calls("/chat/loading/start");
    await client().showLoadingAnimation(loading.json);
    assert.deepEqual(essence(calls("/chat/loading/start").at(-1)), essence(loading));
    const [profile] = calls(`/profile/${ZOE}`);
    assert.ok(profile, "the connector asks who it is");
    await client().getProfile(ZOE);
    const asked = ({ method, path, headers }) => ({ method, path, authorization: headers.authorization });
    assert.deepEqual(asked(calls(`/profile/${ZOE}`).at(-1)), asked(profile));
  });

  test("hold messages that LINE's own check finds nothing wrong with", async () => {
    const { id } = await talking(world, ZOE);
    const { palette } = await world.control("GET", "/control/palette");
    for (const { name, kind, ...body } of palette) await act(world, id, kind === "rich" ? "rich" : "messages", body);
    await agentSays(world, id, "that was all");
    await eventually(async () => (await person.messages()).some(({ text }) => text === "that was all"), { timeout: 60_000, label: "the last of them", world });
    for (const { json } of calls("/message/push")) await client().validatePush({ messages: json.messages });
  });
});

describe("the simulator's callbacks", { timeout: 60_000 }, () => {
  const heard = [];
  let listener;
  let told;
  before(async () => {
    listener = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      heard.push({ headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(200).end();
    });
    await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
    told = await startWorld({ simulator: ["--connector", `http://127.0.0.1:${listener.address().port}`] });
  });
  after(async () => {
    await told?.stop();
    listener?.closeAllConnections();
    listener?.close();
  });

  test("are signed as the library wants it", async () => {
    const person = new PlatformPerson(() => told, "line", ZOE);
    for (const event of [{ kind: "text", text: "Hi 👋🏽 – ü" }, { kind: "picture" }, { kind: "location" }, { kind: "sticker" }]) await person.does(event);
    const callbacks = heard.filter(({ headers }) => headers["x-line-signature"]);
    assert.ok(callbacks.length >= 4);
    for (const { headers, body } of callbacks) {
      assert.ok(validateSignature(body, SECRET, headers["x-line-signature"]));
      assert.ok(!validateSignature(`${body} `, SECRET, headers["x-line-signature"]));
    }
  });
});
