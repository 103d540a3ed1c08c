// GET /healthz: whether configuration and storage are well.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { eventually, startWorld } from "./support/harness.mjs";

const WELL = { configuration: "ok", conversations: "ok", directory: "ok", accounts: "ok", attention: "ok", index: "ok" };

let world;
before(async () => (world = await startWorld()));
after(() => world?.stop());

async function health(of = world, init = {}) {
  const response = await fetch(`${of.connector}/healthz`, init);
  const text = await response.text();
  return { response, status: response.status, text, body: text && JSON.parse(text) };
}

async function during(options, check) {
  const own = await startWorld(options);
  try {
    await check(own);
  } finally {
    await own.stop();
  }
}

test("all is well: 200, not cached, and nothing is stored", async () => {
  const { response, status, body } = await health();
  assert.equal(status, 200);
  assert.deepEqual(body, { status: "ok", checks: WELL });
  assert.equal(response.headers.get("content-type"), "application/json");
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal(world.objects("Directory"), 0);
  assert.equal(world.objects("Conversation"), 0);
});

test("HEAD answers the same without a body, other methods 405", async () => {
  const head = await health(world, { method: "HEAD" });
  assert.deepEqual([head.status, head.text], [200, ""]);
  const other = await health(world, { method: "POST" });
  assert.deepEqual([other.status, other.body], [405, { error: "method_not_allowed" }]);
  assert.equal(other.response.headers.get("allow"), "GET, HEAD");
});

test("a flood of questions costs nothing", async () => {
  const before = world.kv.counts.get;
  const started = Date.now();
  const answers = await Promise.all(Array.from({ length: 300 }, () => health()));
  assert.ok(answers.every(({ status }) => status === 200));
  const seconds = (Date.now() - started) / 1000;
  assert.ok(world.kv.counts.get - before <= 1 + seconds / 5, `${world.kv.counts.get - before} reads`);
});

test("an index that fails is named, and well again when it is", { timeout: 60_000 }, async () => {
  world.kv.fail = true;
  const failing = await eventually(async () => {
    const seen = await health();
    return seen.status === 503 && seen;
  });
  assert.deepEqual(failing.body, { status: "failing", checks: { ...WELL, index: "failing" } });
  world.kv.fail = false;
  await eventually(async () => (await health()).status === 200);
});

test("a mistake in the configuration is told without its words", async () => {
  const vars = { CHANNEL_BROKEN: { platform: "twilio", account: "nobody", acount_sid: "AC1" } };
  await during({ vars }, async (own) => {
    const { status, body, text } = await health(own);
    assert.equal(status, 503);
    assert.deepEqual(body, { status: "failing", checks: { ...WELL, configuration: "failing" } });
    for (const word of ["BROKEN", "nobody", "acount_sid", "AC1"]) assert.ok(!text.includes(word), word);
  });
});

test("a binding that is missing is named", async () => {
  await during({ unbound: ["INDEX", "DIRECTORY"] }, async (own) => {
    const { status, body } = await health(own);
    assert.equal(status, 503);
    assert.deepEqual(body, { status: "failing", checks: { ...WELL, directory: "missing", index: "missing" } });
  });
});
