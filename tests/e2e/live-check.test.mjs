// The commands for an installation, against a connector that runs: `npm run check -- --live` and `npm run manifest`.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import { startWorld } from "./support/harness.mjs";
import { inRoot } from "../../scripts/lib/places.mjs";

const SECRETS = readFileSync(inRoot(".dev.vars.example"), "utf8");

let world;
let folder;
before(async () => {
  // As npm runs it; cargo knows whether there is anything to do.
  await promisify(execFile)("cargo", ["build", "-q", "-p", "liveengage-cli"], { cwd: inRoot() });
  world = await startWorld();
  folder = mkdtempSync(join(tmpdir(), "connector-check-"));
});
after(async () => {
  await world?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** wrangler.toml for this world's addresses. */
function config({ publicUrl = world.connector, change = (text) => text } = {}) {
  const file = join(folder, `wrangler-${Math.random()}.toml`);
  const text = readFileSync(inRoot("wrangler.toml"), "utf8")
    .replace(/^PUBLIC_URL = .*$/m, `PUBLIC_URL = "${publicUrl}"`)
    .replaceAll(/http:\/\/(localhost|127\.0\.0\.1):8790/g, world.simulator);
  writeFileSync(file, change(text));
  return file;
}

function secrets(change = (text) => text) {
  const file = join(folder, `secrets-${Math.random()}.vars`);
  writeFileSync(file, change(SECRETS));
  return file;
}

/** Exit status and what was said on both. */
async function connector(args, input = "") {
  const target = process.env.CARGO_TARGET_DIR || inRoot("target");
  const child = spawn(join(target, "debug", "connector"), args, { cwd: folder, env: { ...process.env, NO_PROXY: "*" } });
  const said = { out: "", aside: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (said.out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (said.aside += text));
  // Some commands end before they have read anything.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [status] = await once(child, "close");
  assert.ok(!(said.out + said.aside).includes("-of-the-simulator"), "a secret was printed");
  return { status, ...said };
}

const live = (files = {}) => connector(["check", "--live", "-c", files.config ?? config(), "--secrets", files.secrets ?? secrets()]);

test("against a connector that runs every step succeeds, and nothing is left of it", async () => {
  const { status, out } = await live();
  for (const step of ["service addresses: found at 127.0.0.1", "AppJWT: valid until", "signed webhook: answered 200", "unsigned webhook: refused with 401",
    "channel app: an unsigned callback is refused with 401", "channel support-sms: an unsigned callback is refused with 400"]) {
    assert.ok(out.includes(`ok      ${step}`), `${step} is missing in:\n${out}`);
  }
  assert.doesNotMatch(out, /FAILED/);
  assert.equal(status, 0, out);
  assert.deepEqual(world.rows(["message"]), []);
});

test("another client secret than the deployed one is named, with its cure", async () => {
  const wrong = secrets((text) => text.replace("local-client-secret-of-the-simulator", "another-secret"));
  const { status, out } = await live({ secrets: wrong });
  assert.equal(status, 1);
  assert.match(out, /FAILED {2}AppJWT: /);
  assert.match(out, /FAILED {2}signed webhook: answered 401: what is deployed has another client secret/);
  assert.match(out, /npx wrangler secret put SECRET_ACCOUNT_DEMO/);
  assert.match(out, /ok {6}unsigned webhook/);
});

test("a channel and an account that the deployed connector does not know are named", async () => {
  const other = (text) => text.replace("[vars.CHANNEL_SUPPORT_SMS]", "[vars.CHANNEL_OTHER_SMS]").replace(/^client_id = .*$/m, 'client_id = "another"');
  const renamed = secrets((text) => text.replace("SECRET_CHANNEL_SUPPORT_SMS", "SECRET_CHANNEL_OTHER_SMS"));
  const { status, out } = await live({ config: config({ change: other }), secrets: renamed });
  assert.equal(status, 1);
  assert.match(out, /FAILED {2}channel other-sms: answered 404/);
  assert.match(out, /FAILED {2}signed webhook: answered 401: what is deployed does not know this account with this client id/);
});

test("a connector and a LivePerson that do not answer are named", async () => {
  const nowhere = config({ publicUrl: "http://127.0.0.1:9", change: (text) => text.replaceAll(world.simulator, "http://127.0.0.1:9") });
  const { status, out } = await live({ config: nowhere });
  assert.equal(status, 1);
  assert.match(out, /FAILED {2}service addresses: could not connect/);
  assert.match(out, /FAILED {2}signed webhook: could not connect/);
});

test("the manifest names this connector for every event, and is found to be in order", async () => {
  const file = config({ publicUrl: "https://connector.example.com" });
  const written = await connector(["manifest", "demo", "--name", "Acme", "-c", file, "--secrets", secrets()]);
  assert.equal(written.status, 0, written.aside);
  const manifest = JSON.parse(written.out);
  assert.deepEqual([manifest.client_name, manifest.grant_types, manifest.scope], ["Acme", ["client_credentials"], "msg.consumer"]);
  const { retry, ...events } = manifest.capabilities.webhooks;
  assert.equal(retry.retention_time, 259_200);
  const kinds = ["ContentEvent", "RichContentEvent", "AcceptStatusEvent", "ChatStateEvent"].map((name) => `ms.MessagingEventNotification.${name}`);
  assert.deepEqual(Object.keys(events).sort(), [...kinds, "cqm.ExConversationChangeNotification"].sort());
  for (const { endpoint } of Object.values(events)) assert.equal(endpoint, "https://connector.example.com/liveengage/webhooks");
  for (const kind of kinds.slice(2)) assert.equal(events[kind].max_retries, 0);
  const found = await connector(["manifest", "--validate", "-", "demo", "-c", file, "--secrets", secrets()], written.out);
  assert.equal(found.status, 0, found.out + found.aside);
});

test("a manifest with a wrong key or another address is found, and none is written for an address on this machine", async () => {
  const file = config({ publicUrl: "https://connector.example.com" });
  const { out } = await connector(["manifest", "demo", "-c", file, "--secrets", secrets()]);
  const wrong = out.replace("cqm.ExConversationChangeNotification", "ms.ExConversationChangeNotification");
  const found = await connector(["manifest", "--validate", "-", "demo", "-c", file, "--secrets", secrets()], wrong);
  assert.equal(found.status, 1);
  assert.match(found.out + found.aside, /write cqm\.ExConversationChangeNotification/);
  const local = await connector(["manifest", "demo", "-c", config(), "--secrets", secrets()]);
  assert.deepEqual([local.status, local.out], [1, ""]);
});
