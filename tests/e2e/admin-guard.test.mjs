// Who may use the admin API: nobody by default, who has the token, who has logged in at Cloudflare Access.

import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { TOKEN, request } from "./support/admin.mjs";
import { startWorld } from "./support/harness.mjs";

const PATHS = ["/admin", "/admin/pauses", "/admin/dead-letters", "/admin/consumers/find", "/admin/nowhere"];
const AUDIENCE = "an-audience-tag";

let world;
before(async () => (world = await startWorld()));
after(() => world?.stop());

const pair = () => generateKeyPairSync("rsa", { modulusLength: 2048 });

/** A team of Cloudflare Access: its keys, and assertions signed by them. */
class Team {
  constructor() {
    this.keys = pair();
    this.asked = 0;
    this.away = false;
  }

  async start() {
    this.server = createServer((incoming, response) => {
      assert.equal(incoming.url, "/cdn-cgi/access/certs");
      this.asked += 1;
      if (this.away) return void response.writeHead(500).end();
      const jwk = this.keys.publicKey.export({ format: "jwk" });
      const keys = [{ ...jwk, kid: "key-1", alg: "RS256", use: "sig" }];
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ keys, public_cert: {} }));
    });
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  assertion({ claims = {}, header = {}, key = this.keys.privateKey } = {}) {
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: this.url, aud: [AUDIENCE], iat: now, nbf: now, exp: now + 600, sub: "operator", ...claims };
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ alg: "RS256", kid: "key-1", typ: "JWT", ...header })}.${part(all)}`;
    return `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
  }
}

test("without a token and an Access application there is no admin API", async () => {
  const other = await startWorld({ vars: { ADMIN_TOKEN: null } });
  try {
    for (const path of PATHS) {
      const { status, body } = await request(other, "GET", path);
      assert.deepEqual([status, body], [404, { error: "not_found" }], path);
    }
  } finally {
    await other.stop();
  }
});

test("a token that could be guessed opens nothing, and the log says so", async () => {
  const other = await startWorld({ vars: { ADMIN_TOKEN: "short" } });
  try {
    const { status } = await request(other, "GET", "/admin/pauses", { headers: { authorization: "Bearer short" } });
    assert.equal(status, 404);
    assert.match(other.logs(), /"key":"ADMIN_TOKEN"/);
  } finally {
    await other.stop();
  }
});

test("the token opens it, the one before as well, and no page of another site may read it", async () => {
  world.runtime.vars.ADMIN_TOKEN = JSON.stringify({ current: "another-token-of-32-characters-or-more", previous: TOKEN });
  await world.restart();
  const { status, headers } = await request(world, "GET", "/admin/pauses");
  assert.equal(status, 200);
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("access-control-allow-origin"), null);
  const current = await request(world, "GET", "/admin/pauses", { headers: { authorization: "Bearer another-token-of-32-characters-or-more" } });
  assert.equal(current.status, 200);
  const preflight = await request(world, "OPTIONS", "/admin/dead-letters/resend", { headers: { origin: "https://evil.example" } });
  assert.equal(preflight.status, 405);
  assert.equal(preflight.headers.get("access-control-allow-origin"), null);
});

test("wrong tokens are refused, then slowed down; the right one never is; none is logged", async () => {
  await world.restart();
  const wrong = (n) => request(world, "GET", "/admin/pauses", { headers: { authorization: `Bearer guess-number-${n}-of-somebody-who-guesses` } });
  for (let n = 0; n < 10; n += 1) {
    const { status, headers, body } = await wrong(n);
    assert.deepEqual([status, body.error, headers.get("www-authenticate")], [401, "unauthorized", "Bearer"]);
  }
  for (let n = 10; n < 40; n += 1) {
    const { status, headers, body } = await wrong(n);
    assert.deepEqual([status, body.error], [429, "too_many_failures"]);
    assert.ok(Number(headers.get("retry-after")) >= 1);
  }
  assert.equal((await request(world, "GET", "/admin/pauses")).status, 200);
  const lines = world.logs().split("\n").filter((line) => line.includes("admin_refused"));
  assert.equal(lines.length, 11);
  assert.doesNotMatch(world.logs(), /guess-number|local-admin-token/);
});

test("a body of more than 256 KiB is refused", async () => {
  const { status, body } = await request(world, "POST", "/admin/import", { body: { channel: "x".repeat(300_000) } });
  assert.deepEqual([status, body.error], [413, "body_too_large"]);
});

test("a login at Cloudflare Access opens it, if everything of it is right", async () => {
  const team = await new Team().start();
  const vars = { ADMIN_TOKEN: null, ADMIN: { access_team_domain: team.url, access_audience: AUDIENCE } };
  const other = await startWorld({ vars });
  const login = (assertion, headers = {}) =>
    request(other, "GET", "/admin/pauses", { headers: { authorization: null, "cf-access-jwt-assertion": assertion, ...headers } });
  try {
    team.away = true;
    assert.equal((await login(team.assertion())).status, 503);
    team.away = false;
    await other.restart(); // The keys were just asked for: a new isolate asks again.
    assert.equal((await login(team.assertion())).status, 200);
    assert.equal((await login(team.assertion(), { "sec-fetch-site": "same-origin" })).status, 200);
    assert.equal((await login(team.assertion({ claims: { aud: AUDIENCE } }))).status, 200);
    const foreign = await login(team.assertion(), { "sec-fetch-site": "cross-site" });
    assert.deepEqual([foreign.status, foreign.body.error], [403, "cross_site"]);
    const right = team.assertion();
    const [header, claims, signature] = right.split(".");
    const changed = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(claims, "base64url")), sub: "x" })).toString("base64url");
    const wrong = {
      "another key of the same name": team.assertion({ key: pair().privateKey }),
      "another application": team.assertion({ claims: { aud: ["another"] } }),
      "another team": team.assertion({ claims: { iss: "https://another.cloudflareaccess.com" } }),
      "over": team.assertion({ claims: { exp: Math.floor(Date.now() / 1000) - 120 } }),
      "changed claims": `${header}.${changed}.${signature}`,
      "no signature": `${header}.${claims}.`,
      "not signed at all": `${Buffer.from('{"alg":"none","kid":"key-1"}').toString("base64url")}.${claims}.`,
      "an unknown key": team.assertion({ header: { kid: "key-2" } }),
    };
    for (const [what, assertion] of Object.entries(wrong)) assert.equal((await login(assertion)).status, 401, what);
    assert.equal((await request(other, "GET", "/admin/pauses")).status, 401, "a token where there is none");
    assert.equal(team.asked, 2, "the keys are kept, also when an unknown one is named");
  } finally {
    await other.stop();
    await team.stop();
  }
});
