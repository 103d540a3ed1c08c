// What Twilio has of its own: files in a message, status callbacks, opt-outs, MMS, and WhatsApp's window, maps and typing.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { act, agentSays, conversationOf, desk, eventually, startWorld, talking } from "./support/harness.mjs";
import { PlatformPerson } from "./support/platform-person.mjs";

let world;
before(async () => {
  const vars = { CHANNEL_SUPPORT_SMS: { mms: true, notify_agent: true }, CHANNEL_TWILIO_WHATSAPP: { notify_agent: true } };
  world = await startWorld({ vars });
});
after(() => world?.stop());

const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");

/** What the consumer's side has brought to the desk: texts, and `<kind>` for a file. */
async function brought(id) {
  const { messages } = await desk(world, id);
  return messages.filter(({ role, eventType }) => role === "CONSUMER" && eventType === "ContentEvent").map(({ event, text }) => {
    return event.contentType === "hosted/file" ? `<${event.message.fileType}>` : text;
  });
}

const comes = (id, expected) =>
  eventually(async () => {
    assert.deepEqual((await brought(id)).slice(-expected.length), expected);
    return true;
  }, { timeout: 30_000, label: `${expected} at the desk`, world });

/** An agent's message, once the desk has heard that of it. */
const told = (id, text, wanted) =>
  eventually(async () => {
    const { messages } = await desk(world, id);
    return messages.find((message) => message.role !== "CONSUMER" && message.text === text)?.receipts.includes(wanted);
  }, { timeout: 20_000, label: `${wanted} of "${text}"`, world });

const bytesAtDesk = async () => {
  const { files } = await world.control("GET", "/control/files");
  const own = files.filter(({ byAgent, size }) => !byAgent && size);
  return Promise.all(own.map(async ({ path }) => {
    const answer = await fetch(`${world.simulator}/control/files/content?path=${encodeURIComponent(path)}`);
    return Buffer.from(await answer.arrayBuffer());
  }));
};

const complaints = async () => (await world.control("GET", "/control/journal?side=twilio")).entries.filter(({ status }) => status >= 400);

describe("SMS and MMS", { timeout: 180_000 }, () => {
  const id = "+15550400001";
  const person = new PlatformPerson(() => world, "twilio", id);
  let conversation;

  test("text and files of one MMS come in order, each once, however often Twilio calls", async () => {
    const picture = { kind: "picture", name: "box.png", media_type: "image/png", base64: PNG.toString("base64") };
    const event = await person.does({ kind: "picture", text: "The box 📦", media: [picture, { kind: "file" }, { kind: "gif" }] });
    conversation = (await talking(world, id, 1)).id;
    const all = ["The box 📦", "<PNG>", "[document.pdf]", "<GIF>"];
    await eventually(async () => (await brought(conversation)).length >= 4, { timeout: 30_000, label: "four parts", world });
    const found = await brought(conversation);
    assert.deepEqual([found[0], found[1], found[3]], [all[0], all[1], all[3]]);
    assert.match(found[2], /document\.pdf/);
    assert.ok((await bytesAtDesk())[0].equals(PNG));
    await person.redeliver(event.id);
    await person.does({ kind: "text", text: "and then" });
    await comes(conversation, ["<GIF>", "and then"]);
    assert.equal((await brought(conversation)).length, 5);
  });

  test("an agent's picture is an MMS, another file a link", async () => {
    const count = await person.count();
    await act(world, conversation, "files", { name: "shoe.png", fileType: "PNG", caption: "A shoe", base64: PNG.toString("base64") });
    const [shown] = (await person.received(count + 1)).slice(count);
    await eventually(async () => (await person.messages()).find(({ id }) => id === shown.id).picture, { label: "the picture on the phone", world });
    assert.equal(shown.text, "A shoe");
    await act(world, conversation, "files", { name: "invoice.pdf", fileType: "PDF" });
    const [, link] = (await person.received(count + 2)).slice(count);
    assert.match(link.text, /^invoice\.pdf: http:\S+\/files\/\S+$/);
  });

  test("a delivered text is told, and one that the carrier gives up on is explained", async () => {
    await agentSays(world, conversation, "Good day");
    await told(conversation, "Good day", "ACCEPT");
    await person.set({ fails_with: 30003 });
    await agentSays(world, conversation, "Are you there?");
    await told(conversation, "Are you there?", "NACK");
    await comes(conversation, ["Not delivered: the phone could not be reached"]);
    await person.set({ fails_with: 30009 });
    await agentSays(world, conversation, "And now?");
    await comes(conversation, ["Not delivered: the platform reported later that it failed (30009)"]);
    await person.set({ fails_with: null });
  });

  test("of a text in several pieces each one's status counts", async () => {
    const count = await person.count();
    const text = "many words ".repeat(300).trim();
    await agentSays(world, conversation, text);
    await person.received(count + 3);
    await told(conversation, text, "ACCEPT");
  });

  test("STOP and START are told to the agent who has the conversation", async () => {
    await person.does({ kind: "text", text: "Stop" });
    await comes(conversation, ["[has opted out of messages] Stop"]);
    await agentSays(world, conversation, "Please come back");
    await told(conversation, "Please come back", "NACK");
    await comes(conversation, ["Not delivered: the recipient has opted out"]);
    await person.does({ kind: "text", text: "START" });
    await comes(conversation, ["[has opted in to messages again] START"]);
    await agentSays(world, conversation, "Welcome back");
    await told(conversation, "Welcome back", "ACCEPT");
  });

  test("STOP of somebody without a conversation opens none", async () => {
    const stranger = new PlatformPerson(() => world, "twilio", "+15550400002");
    await stranger.does({ kind: "text", text: "STOP" });
    await stranger.does({ kind: "text", text: "START" });
    await stranger.does({ kind: "text", text: "Now I have a question" });
    const { id: theirs } = await talking(world, stranger.id, 1);
    assert.deepEqual(await brought(theirs), ["Now I have a question"]);
  });
});

describe("WhatsApp", { timeout: 180_000 }, () => {
  const id = "whatsapp:+15550400003";
  const person = new PlatformPerson(() => world, "twilio", id);
  let conversation;

  test("a picture with a caption, a voice note, a sticker and a place come as what the desk takes", async () => {
    await person.set({ name: "Zoë" });
    await person.does({ kind: "picture", text: "The box", name: "box.png", media_type: "image/png", base64: PNG.toString("base64") });
    conversation = (await talking(world, id, 1)).id;
    await comes(conversation, ["The box", "<PNG>"]);
    await person.does({ kind: "voice" });
    await person.does({ kind: "sticker" });
    await person.does({ kind: "location", title: "Dam Square", address: "Dam, Amsterdam", latitude: 52.3702, longitude: 4.8952 });
    await person.does({ kind: "button", text: "Yes, please", payload: "order:42" });
    await eventually(async () => (await brought(conversation)).at(-1) === "Yes, please", { timeout: 30_000, label: "the button", world });
    const [voice, sticker, place] = (await brought(conversation)).slice(2);
    assert.match(voice, /audio\.ogg/);
    assert.match(sticker, /picture\.webp/);
    assert.match(place, /Dam Square[^]*52\.3702,4\.8952/);
    const { consumer } = await conversationOf(world, id);
    assert.equal(consumer.profile.personal.firstname, "Zoë");
  });

  test("an agent's picture has its caption, a document's follows it, a map is a map", async () => {
    const count = await person.count();
    await act(world, conversation, "files", { name: "shoe.png", fileType: "PNG", caption: "A shoe", base64: PNG.toString("base64") });
    await act(world, conversation, "files", { name: "invoice.pdf", fileType: "PDF", caption: "Your invoice", base64: Buffer.from("%PDF-1.7 a file").toString("base64") });
    await act(world, conversation, "rich", { content: { type: "map", la: 52.3702, lo: 4.8952, tooltip: "Dam Square" } });
    const shown = await eventually(async () => {
      const messages = (await person.received(count + 4)).slice(count);
      assert.ok(messages[0].picture && messages[1].file, "Twilio has fetched both");
      return messages;
    }, { timeout: 20_000, label: "the files on the phone", world });
    assert.deepEqual(shown.map(({ text }) => text), ["A shoe", "", "Your invoice", "Dam Square"]);
    assert.equal(shown[1].file.media_type, "application/pdf");
    assert.deepEqual(shown[3].content, { latitude: 52.3702, longitude: 4.8952, label: "Dam Square" });
  });

  test("a card goes with its picture, and its number is a choice", async () => {
    const count = await person.count();
    const button = { type: "button", title: "Take it", click: { actions: [{ type: "publishText", text: "I take it" }], metadata: [{ type: "ExternalId", id: "shoe" }] } };
    const elements = [{ type: "image", url: `${world.simulator}/pictures/shoe.png` }, { type: "text", text: "A blue shoe" }, button];
    await act(world, conversation, "rich", { content: { type: "vertical", elements } });
    const [card] = (await person.received(count + 1)).slice(count);
    assert.equal(card.text, "A blue shoe\n1. Take it");
    await eventually(async () => (await person.messages()).find(({ id }) => id === card.id).picture, { label: "the card's picture", world });
    await person.does({ kind: "text", text: "1" });
    const chosen = await eventually(async () => (await desk(world, conversation)).messages.find(({ role, text }) => role === "CONSUMER" && text === "I take it"), { timeout: 20_000, label: "the choice", world });
    assert.deepEqual(chosen.metadata, [{ type: "ExternalId", id: "shoe" }]);
  });

  test("what was delivered and read is told", async () => {
    await agentSays(world, conversation, "Good day");
    await told(conversation, "Good day", "ACCEPT");
    await person.reads();
    await told(conversation, "Good day", "READ");
  });

  test("the person sees that the agent types", async () => {
    await person.does({ kind: "picture", text: "one more", name: "box.png", media_type: "image/png", base64: PNG.toString("base64") });
    await comes(conversation, ["one more", "<PNG>"]);
    await eventually(async () => {
      await act(world, conversation, "typing");
      return (await person.show()).typing;
    }, { timeout: 20_000, every: 500, label: "typing", world });
  });

  test("after a day a free answer fails, and the agent reads why", async () => {
    await person.set({ silent_for_s: 25 * 3600 });
    await agentSays(world, conversation, "Are you still there?");
    await told(conversation, "Are you still there?", "NACK");
    await comes(conversation, ["Not delivered: the 24 hours in which WhatsApp allows free answers are over"]);
  });
});

test("Twilio found nothing wrong with what the connector asked, but for the one who had opted out", async () => {
  const wrong = await complaints();
  assert.deepEqual(wrong.map(({ status, number }) => [status, number]), [[400, "+15550400001"]]);
});
