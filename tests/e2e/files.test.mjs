// Files in both directions: byte for byte, and nowhere kept on the way.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { after, before, beforeEach, test } from "node:test";

import { act, conversationOf, desk, does, eventually, fault, phone, says, sendFromPhone, startWorld, talking, textsOnPhone } from "./support/harness.mjs";
import { inRoot } from "../../scripts/lib/places.mjs";

/** LivePerson says 3 MB and not of which kind: the connector takes the smaller reading. */
const LARGEST = 3_000_000;

let world;
before(async () => (world = await startWorld({ app: true, record: true })));
after(() => world?.stop());
beforeEach(() => world.control("DELETE", "/control/faults"));

/** Bytes that are no repetition, after those that say what it is. */
function bytesOf(kind, size) {
  const heads = {
    JPEG: [0xff, 0xd8, 0xff, 0xe0], PNG: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    GIF: Buffer.from("GIF89a"), PDF: Buffer.from("%PDF-1.7\n"),
  };
  const bytes = Buffer.alloc(size);
  for (let at = 0, value = 7; at < size; at += 1, value = (value * 1103515245 + 12345) & 0x7fffffff) bytes[at] = value >> 16;
  Buffer.from(heads[kind]).copy(bytes);
  return bytes;
}

const stored = async (path) =>
  Buffer.from(await (await fetch(`${world.simulator}/control/files/content?path=${encodeURIComponent(path)}`)).arrayBuffer());

/** A person sends a file with the app; answers its address. */
async function sends(person, name, bytes, { mediaType = "application/octet-stream", content = {}, ...put } = {}) {
  const url = world.app.serveFile(name, bytes, { mediaType, ...put });
  await does(world, person, { type: "message", content: { type: "file", url, name, media_type: mediaType, size: bytes.length, ...content } });
  return url;
}

/** The last thing that the consumer has brought into the newest conversation, once it fits. */
function lastSaid(person, fits, label) {
  return eventually(async () => {
    const known = await conversationOf(world, person);
    const said = known?.messages.filter(({ role, eventType }) => role === "CONSUMER" && eventType === "ContentEvent").at(-1);
    return said && fits(said) && said;
  }, { timeout: 30_000, label, world });
}

const hosted = ({ event }) => event.contentType === "hosted/file";

test("a photo from the app is a hosted file at the desk, byte for byte", async () => {
  for (const [name, kind, mediaType] of [["parcel.jpg", "JPEG", "image/jpeg"], ["screen.png", "PNG", "image/png"], ["wave.gif", "GIF", "image/gif"]]) {
    const bytes = bytesOf(kind, 48_213);
    await sends("photographer", name, bytes, { mediaType, content: { caption: `The ${kind}` } });
    const { event } = await lastSaid("photographer", (said) => hosted(said) && said.event.message.caption === `The ${kind}`, name);
    assert.equal(event.message.fileType, kind);
    assert.ok((await stored(event.message.relativePath)).equals(bytes), `${name} is not the same`);
  }
  const [announced] = world.recorder.sends("ms.GenerateURLForUploadFile");
  assert.deepEqual(announced.body, { fileSize: "48213", fileType: "JPEG" });
  const [put] = world.recorder.calls.filter(({ method }) => method === "PUT");
  assert.equal(put.status, 201);
  assert.deepEqual(Object.keys(put.query).sort(), ["temp_url_expires", "temp_url_sig"]);
  assert.equal(put.headers.authorization, undefined, "a token went to the file storage");
  assert.equal(put.headers["content-length"], "48213");
});

test("3 MB are taken, one byte more is a line of text with its address", async () => {
  await sends("large", "just.png", bytesOf("PNG", LARGEST), { mediaType: "image/png" });
  const { event } = await lastSaid("large", hosted, "a file of 3 MB");
  assert.ok((await stored(event.message.relativePath)).equals(bytesOf("PNG", LARGEST)));
  const url = await sends("large", "over.png", bytesOf("PNG", LARGEST + 1), { mediaType: "image/png" });
  const { text } = await lastSaid("large", (said) => !hosted(said), "the larger one");
  assert.equal(text, `over.png (image/png, 3.1 MB): ${url}`);
});

test("a PDF, a picture that is none, and a file on another host are text with their address", async () => {
  const pdf = await sends("papers", "invoice.pdf", bytesOf("PDF", 20_480), { mediaType: "application/pdf", content: { caption: "My invoice" } });
  const line = await lastSaid("papers", ({ text }) => text?.startsWith("invoice.pdf"), "the PDF");
  assert.equal(line.text, `invoice.pdf (application/pdf, 21 kB): ${pdf}\nMy invoice`);
  const fake = await sends("papers", "fake.png", bytesOf("PDF", 2048), { mediaType: "image/png" });
  assert.equal((await lastSaid("papers", ({ text }) => text?.startsWith("fake.png"), "the fake")).text, `fake.png (image/png, 3 kB): ${fake}`);
  const elsewhere = "https://elsewhere.example.com/photo.jpg";
  await does(world, "papers", { type: "message", content: { type: "file", url: elsewhere, name: "photo.jpg" } });
  assert.equal((await lastSaid("papers", ({ text }) => text?.startsWith("photo.jpg"), "the other host's")).text, `photo.jpg: ${elsewhere}`);
});

test("a file that is no longer there says so, and what follows it arrives", async () => {
  await sends("vanished", "gone.png", bytesOf("PNG", 100), { mediaType: "image/png", status: 404 });
  await says(world, "vanished", "Did you get it?");
  await lastSaid("vanished", ({ text }) => text === "Did you get it?", "the text after it");
  const { messages } = await conversationOf(world, "vanished");
  assert.equal(messages.find(({ role }) => role === "CONSUMER").text, "[File: gone.png (image/png, 100 bytes)] It is no longer available.");
});

test("where the account shares no files, a photo is text with its address", async () => {
  await world.control("POST", "/control/settings", { file_sharing: false });
  const url = await sends("unshared", "photo.png", bytesOf("PNG", 100), { mediaType: "image/png" });
  const said = await lastSaid("unshared", ({ text }) => text, "a text");
  await world.control("POST", "/control/settings", { file_sharing: true });
  assert.equal(said.text, `photo.png (image/png, 100 bytes): ${url}`);
});

test("an upload address that has expired is asked for again", { timeout: 60_000 }, async () => {
  await world.control("POST", "/control/settings", { file_url_lifetime_s: 1 });
  await fault(world, { on: "upload", action: { kind: "delay", ms: 2500 }, times: 1 });
  const before = world.recorder.calls.filter(({ method }) => method === "PUT").length;
  const bytes = bytesOf("PNG", 5000);
  await sends("slow", "slow.png", bytes, { mediaType: "image/png" });
  const { event } = await lastSaid("slow", hosted, "the file");
  await world.control("POST", "/control/settings", { file_url_lifetime_s: 60 });
  const puts = world.recorder.calls.filter(({ method }) => method === "PUT").slice(before);
  assert.deepEqual([puts[0].status, puts.at(-1).status], [401, 201]);
  assert.ok((await stored(event.message.relativePath)).equals(bytes));
});

test("a file sent while LiveEngage is down arrives in its place, once", { timeout: 60_000 }, async () => {
  await says(world, "patient", "before");
  const { id } = await talking(world, "patient");
  await world.control("POST", "/control/outage", { liveengage: true });
  const bytes = bytesOf("JPEG", 9000);
  await sends("patient", "held.jpg", bytes, { mediaType: "image/jpeg" });
  await says(world, "patient", "after");
  await new Promise((resolve) => setTimeout(resolve, 2000));
  await world.control("POST", "/control/outage", { liveengage: false });
  await lastSaid("patient", ({ text }) => text === "after", "the backlog");
  const { messages } = await desk(world, id);
  const said = messages.filter(({ role, eventType }) => role === "CONSUMER" && eventType === "ContentEvent");
  assert.deepEqual(said.map(({ event }) => event.contentType), ["text/plain", "hosted/file", "text/plain"]);
  assert.ok((await stored(said[1].event.message.relativePath)).equals(bytes));
});

const PDF = bytesOf("PDF", 20_000);

/** An agent sends a file by SMS; answers the address in the text. */
async function linkOnPhone(number, name = "Rechnung März.pdf") {
  await sendFromPhone(world, number, "Where is my invoice?");
  const { id } = await talking(world, number);
  const before = (await textsOnPhone(world, number)).length;
  const sent = await act(world, id, "files", { name, fileType: "PDF", base64: PDF.toString("base64"), caption: "Your invoice" });
  const text = await eventually(async () => (await textsOnPhone(world, number))[before], { label: "the address", world });
  const [, url] = text.match(/: (http\S+)$/m);
  return { id, url, text, path: sent.relativePath };
}

test("an agent's file is opened from the address in a text: GET, HEAD and ranges", async () => {
  const { url, path } = await linkOnPhone(phone(world, 1));
  assert.match(url, new RegExp(`^${world.connector}/files/[A-Za-z0-9._-]+$`));
  assert.ok(url.length < 160, "it does not fit into an SMS");
  const whole = await fetch(url);
  assert.equal(whole.status, 200);
  assert.equal(whole.headers.get("content-type"), "application/pdf");
  assert.equal(whole.headers.get("cache-control"), "private, no-store");
  assert.ok(Buffer.from(await whole.arrayBuffer()).equals(PDF));
  const [asked] = world.recorder.sends("ms.GenerateURLForDownloadFile");
  assert.deepEqual(asked.body, { relativePath: path });

  const head = await fetch(url, { method: "HEAD" });
  assert.deepEqual([head.status, head.headers.get("content-length"), await head.text()], [200, "20000", ""]);

  const part = await fetch(url, { headers: { range: "bytes=100-199" } });
  assert.deepEqual([part.status, part.headers.get("content-range")], [206, "bytes 100-199/20000"]);
  assert.ok(Buffer.from(await part.arrayBuffer()).equals(PDF.subarray(100, 200)));

  const outside = await fetch(url, { headers: { range: "bytes=20000-" } });
  assert.deepEqual([outside.status, outside.headers.get("content-range")], [416, "bytes */20000"]);
  const posted = await fetch(url, { method: "POST", body: "x" });
  assert.deepEqual([posted.status, posted.headers.get("allow")], [405, "GET, HEAD"]);
});

/** A link as the connector signs it. */
function signed(consumer, file, expiry) {
  const { IDENTITY_KEY } = parseEnv(readFileSync(inRoot(".dev.vars.example"), "utf8"));
  const keyed = (key, parts) => {
    const hmac = createHmac("sha256", key);
    for (const part of parts) {
      const length = Buffer.alloc(8);
      length.writeBigUInt64BE(BigInt(Buffer.byteLength(part)));
      hmac.update(length).update(part);
    }
    return hmac.digest();
  };
  const signature = keyed(keyed(IDENTITY_KEY, ["file link"]), [consumer, file, expiry]).subarray(0, 16).toString("base64url");
  return `${world.connector}/files/${consumer}.${file}.${expiry}.${signature}`;
}

test("an address that is altered, expired, another person's or of no file opens nothing", async () => {
  const { url } = await linkOnPhone(phone(world, 2));
  const [consumer, file, expiry, signature] = url.split("/files/")[1].split(".");
  assert.equal(signed(consumer, file, expiry), url, "the test signs otherwise than the connector");
  const other = (await linkOnPhone(phone(world, 3))).url.split("/files/")[1].split(".")[0];
  const flipped = `${signature[0] === "A" ? "B" : "A"}${signature.slice(1)}`;
  const past = Math.floor(Date.now() / 1000 - 10).toString(36);
  const address = (...parts) => `${world.connector}/files/${parts.join(".")}`;
  for (const [refused, status, error] of [
    [address(consumer, file, expiry, flipped), 403, "link_invalid"],
    [address(consumer, file, `1${expiry}`, signature), 403, "link_invalid"],
    [address(other, file, expiry, signature), 403, "link_invalid"],
    [signed(consumer, file, past), 403, "link_expired"],
    [signed(other, file, expiry), 404, "file_gone"],
    [signed(consumer, "0123456789abcdef", expiry), 404, "file_gone"],
    [address(consumer, file, expiry), 404, "not_found"],
    [`${world.connector}/files/`, 404, "not_found"],
  ]) {
    const response = await fetch(refused);
    assert.deepEqual([response.status, (await response.json()).error], [status, error], refused);
  }
  assert.equal((await fetch(url)).status, 200);
});

test("while LiveEngage is down a file's address answers 503, and works afterwards, also with expired tokens", async () => {
  const { url } = await linkOnPhone(phone(world, 4));
  await world.control("POST", "/control/outage", { liveengage: true });
  const response = await fetch(url);
  assert.deepEqual([response.status, (await response.json()).error], [503, "unavailable"]);
  assert.ok(Number(response.headers.get("retry-after")) >= 1);
  await world.control("POST", "/control/outage", { liveengage: false });
  assert.ok(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(PDF));
  for (const whose of ["tokens", "consumers"]) {
    await world.control("POST", `/control/${whose}/expire`);
    assert.equal((await fetch(url)).status, 200, whose);
  }
});

test("a file that LiveEngage no longer has is gone", async () => {
  const { url } = await linkOnPhone(phone(world, 5));
  await fault(world, { on: "download", action: { kind: "status", status: 404 }, times: 1 });
  const response = await fetch(url);
  assert.deepEqual([response.status, (await response.json()).error], [404, "file_gone"]);
});

test("nothing of a file is kept: a reference in the object, nothing in the index", async () => {
  const { url, path } = await linkOnPhone(phone(world, 6));
  assert.equal((await fetch(url)).status, 200);
  await eventually(() => world.rows(["message"]).every(({ state }) => state === "delivered"), { label: "everything delivered", world });
  const rows = world.rows();
  const referring = rows.filter((row) => JSON.stringify(row).includes(path));
  assert.equal(referring.length, 1, "the reference stands in one row");
  const text = JSON.stringify(rows, (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value));
  assert.ok(!text.includes("%PDF-1.7") && !text.includes(PDF.toString("base64").slice(0, 60)), "a file's bytes are stored");
  assert.ok(!text.includes("data:image/"), "a preview is stored");
  assert.ok(rows.every((row) => JSON.stringify(row).length < 20_000));
  const index = world.kv.keys().concat(world.kv.keys().map((key) => world.kv.text(key))).join(" ");
  assert.ok(!index.includes(path) && !index.includes("AUTH_async"));
  assert.ok(!world.logs().includes(path) && !world.logs().includes("temp_url_sig"), "an address is logged");
});
