// Files at hostile places: addresses that point or redirect elsewhere, lie about length, or never end.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { conversationOf, does, eventually, says, startWorld, talking, textsOnDesk } from "./support/harness.mjs";

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const picture = (size) => Buffer.concat([PNG, Buffer.alloc(size - PNG.length, 7)]);

/** A server that behaves as its `paths` say, and remembers what it was asked. */
class Place {
  constructor(paths = {}) {
    this.paths = paths;
    this.asked = [];
  }

  async start() {
    this.server = createServer((request, response) => {
      this.asked.push({ url: request.url, headers: request.headers });
      const answer = this.paths[request.url];
      if (answer) Promise.resolve(answer(response, request)).catch(() => request.socket.destroy());
      else response.writeHead(404).end();
    });
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.host = `127.0.0.1:${this.server.address().port}`;
    return this;
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}

/** Writes on and on, until the other side has had enough. */
async function endless(response, chunk, pause) {
  let sent = 0;
  while (!response.destroyed && response.socket && !response.socket.destroyed) {
    if (!response.write(chunk)) await new Promise((resolve) => {
      response.removeAllListeners("drain").once("drain", resolve);
      response.socket?.once("close", resolve);
    });
    sent += chunk.length;
    if (pause) await sleep(pause);
  }
  return sent;
}

let world;
/** May be read from; its addresses are hostile. */
let place;
/** May not: whatever comes here is a finding. */
let trap;
let poured = 0;

before(async () => {
  trap = await new Place().start();
  place = await new Place({
    "/to-trap": (response) => response.writeHead(302, { location: `http://${trap.host}/secret` }).end(),
    "/to-metadata": (response) => response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data/" }).end(),
    "/to-lookalike": (response) => response.writeHead(302, { location: `http://${place.host}@${trap.host}/` }).end(),
    "/to-backslash": (response) => response.writeHead(302, { location: `/\\${trap.host}/` }).end(),
    "/to-scheme": (response) => response.writeHead(302, { location: "file:///etc/passwd" }).end(),
    "/loop": (response) => response.writeHead(302, { location: "/loop" }).end(),
    "/short": (response) => {
      response.writeHead(200, { "content-length": 50_000 });
      response.write(picture(20_000));
      setTimeout(() => response.socket.destroy(), 50);
    },
    "/empty": (response) => response.writeHead(200, { "content-length": 0 }).end(),
    "/huge": (response) => response.writeHead(200, { "content-length": 10 ** 12 }).write(picture(1000)),
    "/packed": (response) => response.writeHead(200, { "content-encoding": "gzip", "content-length": 20 }).end(picture(20)),
    "/flood": async (response) => {
      response.writeHead(200);
      response.write(PNG);
      poured += await endless(response, Buffer.alloc(64 * 1024, 7), 0);
    },
    "/drip": async (response) => {
      response.writeHead(200);
      response.write(PNG);
      await endless(response, Buffer.from([7]), 100);
    },
    "/grows": (response, request) => {
      // Small whenever it is looked at, larger whenever it is fetched.
      const times = place.asked.filter(({ url }) => url === request.url).length;
      response.writeHead(200).end(picture(times % 2 === 0 ? 60_000 : 10_000));
    },
    "/silent": () => {},
  }).start();
  world = await startWorld({ app: true, record: true, vars: { CHANNEL_APP: { file_hosts: [place.host] } } });
});
after(async () => {
  await world?.stop();
  await Promise.all([place?.stop(), trap?.stop()]);
});

const sends = (person, url) => does(world, person, { type: "message", content: { type: "file", url, name: "photo.png" } });

/** The file and then a text arrive at the desk, the file as text. */
async function arrivesAsText(person, url, timeout = 40_000) {
  await sends(person, url);
  await says(world, person, "and this");
  await eventually(async () => {
    const known = await conversationOf(world, person);
    return known && (await textsOnDesk(world, known.id)).includes("and this");
  }, { timeout, label: `the text after ${url}`, world });
  const { id } = await conversationOf(world, person);
  const texts = await textsOnDesk(world, id);
  assert.equal(texts.length, 2, texts.join(" | "));
  assert.match(texts[0], /photo\.png/);
  return texts[0];
}

/** A file's place is asked several times, with pauses: all of them at once. */
const LYING = ["/short", "/empty", "/huge", "/packed", "/grows"];
const ENDLESS = ["/flood", "/drip", "/silent"];
const waited = {};

test("while files at hostile places are waited for, others go on", { timeout: 30_000 }, async () => {
  const started = Date.now();
  for (const path of [...LYING, ...ENDLESS]) {
    waited[path] = arrivesAsText(`at${path.replace("/", "-")}`, `http://${place.host}${path}`, 150_000);
    waited[path].catch(() => {});
  }
  await says(world, "bystander", "hello");
  await talking(world, "bystander");
  assert.ok(Date.now() - started < 10_000, "somebody else had to wait");
});

const uploads = () => world.recorder.calls.filter(({ method }) => method === "PUT");

test("an address that is not of a listed host is not opened", { timeout: 60_000 }, async () => {
  const addresses = [
    `http://${trap.host}/a.png`, "http://169.254.169.254/latest/meta-data/", "http://localhost:1/", "http://[::1]:1/", "http://127.0.0.1.evil.example/",
    "https://127.0.0.1.nip.example/a.png", "http://2130706433/", "http://0x7f.1/",
  ];
  for (const [at, url] of addresses.entries()) assert.ok((await arrivesAsText(`elsewhere-${at}`, url)).includes(url));
  // What is no web address, or carries a name, is no file at all: a dead letter.
  const before = world.rows(["message"]).filter(({ state }) => state === "refused").length;
  const none = ["file:///etc/passwd", `http://${place.host}@${trap.host}/`, "javascript:alert(1)", "//x/y", `http://${place.host}\\@${trap.host}/`, `http://${place.host}.evil.example/`, "http://a b/"];
  for (const [at, url] of none.entries()) await sends(`none-${at}`, url);
  assert.equal(world.rows(["message"]).filter(({ state }) => state === "refused").length, before + none.length);
  assert.deepEqual(trap.asked, []);
});

test("a redirect to another host, to the cloud's own addresses, or in a circle is not followed", { timeout: 120_000 }, async () => {
  const paths = ["/to-trap", "/to-metadata", "/to-lookalike", "/to-backslash", "/to-scheme", "/loop"];
  await Promise.all(paths.map((path) => arrivesAsText(`redirect-${path.slice(1)}`, `http://${place.host}${path}`, 100_000)));
  assert.deepEqual(trap.asked, []);
  assert.ok(place.asked.filter(({ url }) => url === "/loop").length <= 16, "it goes round and round");
  assert.equal(uploads().length, 0);
});

test("a file that lies about its length is not handed on, and what follows it arrives", { timeout: 180_000 }, async () => {
  await Promise.all(LYING.map((path) => waited[path]));
  assert.ok(uploads().every(({ status }) => status !== 201), "something incomplete was stored");
});

test("a file that never ends is given up, costs little, and holds up nobody else", { timeout: 180_000 }, async () => {
  await Promise.all(ENDLESS.map((path) => waited[path]));
  assert.ok(poured < 200 << 20, `${poured >> 20} MB were read`);
  assert.ok(!/panicked|RuntimeError/.test(world.logs()));
  assert.ok(!world.logs().includes(place.host) && !world.logs().includes(trap.host), "an address of a file is logged");
});
