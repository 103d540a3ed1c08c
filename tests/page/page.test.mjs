// The whole thing as a developer meets it: `npm start`, the page in a browser, Ctrl-C.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { once } from "node:events";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

import { findChromium } from "../../scripts/lib/chromium.mjs";
import { inRoot } from "../../scripts/lib/places.mjs";
import { freePort, portProblem } from "../../scripts/lib/ports.mjs";
import { eventually } from "../e2e/support/eventually.mjs";

const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** State, logs and pictures of this test: not those of a developer's own run. */
const FOLDER = inRoot(".wrangler", "page-test");
const STARTED = /Phones and agent desk/;

let started;
let ports;
let browser;
let page;

function flags() {
  return ["--port", String(ports.connector), "--simulator-port", String(ports.simulator), "--folder", FOLDER];
}

/** Runs scripts/start.mjs and waits for its closing block. */
async function start() {
  ports = { connector: await freePort(), simulator: await freePort() };
  const child = spawn(process.execPath, ["scripts/start.mjs", ...flags()], {
    cwd: inRoot(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const run = { child, output: "", exit: once(child, "exit"), logs: () => run.output };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (run.output += text));
  started = run;
  await eventually(() => STARTED.test(run.output) || child.exitCode !== null, {
    timeout: 180_000,
    label: "npm start",
    world: run,
  });
  assert.equal(child.exitCode, null, `npm start ended:\n${run.output}`);
}

/** Processes of this run: all of them name one of its ports. */
function leftovers() {
  const table = execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" }).split("\n");
  return table.filter((line) => line.includes(`=${ports.connector}`) || line.includes(`--port ${ports.simulator}`));
}

const at = (id) => page.getByTestId(id);

async function shows(id, text) {
  await at(id).getByText(text).first().waitFor({ timeout: 20_000 });
}

async function typeOnPhone(text) {
  await at("phone-input").fill(text);
  await at("phone-send").click();
}

async function answerAtDesk(text) {
  await at("desk-input").fill(text);
  await at("desk-send").click();
}

async function picture(name) {
  await page.screenshot({ path: `${FOLDER}/${name}.png`, fullPage: true });
}

before(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  await start();
  browser = await chromium.launch({ executablePath: findChromium(), args: QUIET });
  page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  await page.goto(`http://127.0.0.1:${ports.simulator}/`);
});

after(async () => {
  await browser?.close();
  if (started?.child.exitCode === null) {
    started.child.kill("SIGINT");
    await started.exit;
  }
});

test("a text from the phone is seen at the desk, and the answer on the phone", async () => {
  await typeOnPhone("hello from the phone");
  await shows("desk-messages", "hello from the phone");
  await answerAtDesk("hello from the desk");
  await shows("phone-messages", "hello from the desk");
  await picture("one-phone");
});

test("a second phone has a conversation of its own", async () => {
  const before = await at("desk-conversations").locator("[data-conversation]").count();
  await at("phone-add").locator("summary").click();
  await page.locator("[data-action=add-sms]").click();
  await typeOnPhone("hello from another phone");
  await shows("desk-conversations", "hello from another phone");
  await eventually(async () => (await at("desk-conversations").locator("[data-conversation]").count()) > before, {
    label: "a second conversation at the desk",
    world: started,
  });
  await picture("two-phones");
});

test("the brand's app: a card's button, typing both ways, a picture and ticks", async () => {
  await page.locator('[data-testid=phone-tab][data-kind=app]').first().click();
  await typeOnPhone("hello from the app");
  const opened = at("desk-conversations").locator("[data-conversation]", { hasText: "hello from the app" });
  await opened.click({ timeout: 20_000 });
  await shows("desk-messages", "hello from the app");
  await at("phone-messages").locator("[data-ticks=delivered], [data-ticks=read]").first().waitFor({ timeout: 20_000 });

  await at("phone-input").fill("I am ty");
  await at("desk-typing").waitFor({ state: "visible", timeout: 20_000 });
  await at("phone-input").fill("");
  await at("desk-input").fill("So am I");
  await at("phone-typing").waitFor({ state: "visible", timeout: 20_000 });
  await at("desk-input").fill("");

  await at("desk-cards").locator("summary").click();
  await page.locator('[data-palette="Text with quick replies"]').click();
  const answer = at("phone-messages").locator(".tap.quick").first();
  await answer.waitFor({ timeout: 20_000 });
  await picture("app-choice");
  await answer.click();
  await at("desk-messages").locator("[data-metadata]").first().waitFor({ timeout: 20_000 });

  await at("phone-menu").locator("summary").click();
  await page.locator("[data-action=send-picture]").click();
  await at("desk-messages").locator("[data-file] img, img[data-file], [data-file]").first().waitFor({ timeout: 20_000 });
  await picture("app-phone");
});

test("a person with LINE: a card from the desk, and a tap on its button", async () => {
  await at("phone-add").locator("summary").click();
  await page.locator("[data-action=add-line]").click();
  await typeOnPhone("hello from LINE");
  await at("desk-conversations").locator("[data-conversation]", { hasText: "hello from LINE" }).click({ timeout: 20_000 });
  await shows("desk-messages", "hello from LINE");

  await at("desk-cards").locator("summary").click();
  await page.locator('[data-palette="Card with quick replies"]').click();
  const reserve = at("phone-messages").locator(".tap", { hasText: "Reserve" });
  await reserve.waitFor({ timeout: 20_000 });
  await at("phone-messages").locator(".tap.quick", { hasText: "Call me" }).waitFor({ timeout: 20_000 });
  await picture("line-phone");
  await reserve.click();
  await at("desk-messages").locator("[data-metadata]").first().waitFor({ timeout: 20_000 });
});

test("Ctrl-C ends everything", async () => {
  await browser.close();
  started.child.kill("SIGINT");
  const [code] = await started.exit;
  assert.equal(code, 0, started.output);
  assert.deepEqual(leftovers(), []);
  assert.equal(await portProblem(ports.connector), null);
  assert.equal(await portProblem(ports.simulator), null);
});
