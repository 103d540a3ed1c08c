// Every platform with phones in the simulator makes the same journey. What a platform has of its own is in its own file; what it
// does not have is said here, in its row.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { act, agentCloses, agentSays, desk, eventually, fault, startWorld, talking } from "./support/harness.mjs";
import { PlatformPerson } from "./support/platform-person.mjs";

/** `picture`: an agent's picture is shown as one. `buttons`: cards have buttons to tap. `recognises`: reports name the request. */
const PLATFORMS = [
  { platform: "twilio", title: "SMS by Twilio", id: "+15550200011", delivered: true, recognises: true },
  { platform: "twilio", title: "WhatsApp by Twilio", id: "whatsapp:+15550200012", picture: true, typing: true, delivered: true, read: true, recognises: true },
  { platform: "line", id: `U${"0".repeat(28)}d001`, picture: true, buttons: true, quick: true, typing: true },
  { platform: "messenger", id: "7000000000000001", picture: true, buttons: true, quick: true, typing: true, delivered: true, read: true, handshake: true, recognises: true },
  { platform: "instagram", id: "6800000000000001", picture: true, buttons: true, quick: true, typing: true, handshake: true },
  { platform: "whatsapp", id: "15550200001", picture: true, buttons: true, quick: true, typing: true, delivered: true, read: true, handshake: true, recognises: true },
];

let world;
before(async () => (world = await startWorld()));
after(() => world?.stop());

const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");

/** Two buttons with metadata below a picture and a title. */
const card = () => ({
  type: "vertical",
  elements: [
    { type: "image", url: `${world.simulator}/pictures/shoe.png`, tooltip: "A shoe" },
    { type: "text", text: "The blue one?", tag: "title" },
    ...["Yes, please", "No"].map((title) => ({
      type: "button",
      title,
      click: { actions: [{ type: "publishText", text: `${title}!` }], metadata: [{ type: "ExternalId", id: title }] },
    })),
  ],
});

const REPLIES = {
  type: "quickReplies",
  itemsPerRow: 8,
  replies: ["Small", "Large"].map((title) => ({ type: "button", title, click: { actions: [{ type: "publishText", text: title }], metadata: [{ type: "ExternalId", id: title }] } })),
};

/** An agent's message at the desk, once it has that receipt. */
const receipt = (id, text, wanted) =>
  eventually(async () => (await desk(world, id)).messages.find((message) => message.text === text)?.receipts.includes(wanted), { timeout: 20_000, label: `${wanted} of "${text}"`, world });

for (const { platform, title = platform, id, picture, buttons, quick, typing, delivered, read, handshake, recognises } of PLATFORMS) {
  describe(title, { timeout: 240_000 }, () => {
    const person = new PlatformPerson(() => world, platform, id);
    let conversation;

    if (handshake) {
      test("the platform finds out whether it is talking to us", async () => {
        const right = await world.control("POST", `/control/platforms/${platform}/handshake`, {});
        assert.deepEqual([right.status, right.verified], [200, true]);
        const wrong = await world.control("POST", `/control/platforms/${platform}/handshake`, { token: "guessed" });
        assert.deepEqual([wrong.status, wrong.verified], [403, false]);
      });
    }

    test("texts go both ways, in order", async () => {
      await person.set({ name: "Zoë Example" });
      for (const text of ["Hello 👋", "two", "three"]) await person.does({ kind: "text", text });
      conversation = await talking(world, id, 3);
      const said = conversation.messages.filter(({ role }) => role === "CONSUMER").map(({ text }) => text);
      assert.deepEqual(said, ["Hello 👋", "two", "three"]);
      for (const text of ["Good day", "one more", "and more"]) await agentSays(world, conversation.id, text);
      const received = await person.received(3);
      assert.deepEqual(received.map(({ text }) => text), ["Good day", "one more", "and more"]);
    });

    test("a callback that comes again has no second effect", async () => {
      const event = await person.does({ kind: "text", text: "only once" });
      await person.redeliver(event.id);
      await person.does({ kind: "text", text: "and then" });
      const { messages } = await talking(world, id, 5);
      const said = messages.filter(({ role }) => role === "CONSUMER").map(({ text }) => text);
      assert.deepEqual(said.slice(-2), ["only once", "and then"]);
    });

    if (delivered) {
      test("what was delivered and read is told to the agent", async () => {
        await receipt(conversation.id, "Good day", "ACCEPT");
        await person.reads();
        if (read) await receipt(conversation.id, "and more", "READ");
      });
    }

    test("a picture goes to the desk, byte for byte", async () => {
      const before = (await world.control("GET", "/control/files")).files.length;
      await person.does({ kind: "picture", name: "parcel.png", media_type: "image/png", base64: PIXEL.toString("base64") });
      const file = await eventually(async () => (await world.control("GET", "/control/files")).files.slice(before).find(({ byAgent, size }) => !byAgent && size), { timeout: 30_000, label: "the picture", world });
      const there = await fetch(`${world.simulator}/control/files/content?path=${encodeURIComponent(file.path)}`);
      assert.ok(Buffer.from(await there.arrayBuffer()).equals(PIXEL));
    });

    test("an agent's picture is shown, and other files arrive", async () => {
      const count = await person.count();
      await act(world, conversation.id, "files", { name: "shoe.png", fileType: "PNG", base64: PIXEL.toString("base64") });
      // A platform shows a picture when it has fetched it.
      await eventually(async () => {
        const [shown] = (await person.received(count + 1)).slice(count);
        return picture ? shown.picture ?? shown.file?.url : shown.text.match(/https?:\S+/);
      }, { timeout: 20_000, label: "the picture", world });
      const after = await person.count();
      await act(world, conversation.id, "files", { name: "invoice.pdf", fileType: "PDF", base64: Buffer.from("%PDF-1.7 a file").toString("base64") });
      await eventually(async () => {
        const [document] = (await person.received(after + 1)).slice(after);
        return document.file?.url || /https?:/.test(document.text);
      }, { timeout: 20_000, label: "the document", world });
    });

    test("a card's button that is tapped is a choice with its metadata", async () => {
      const count = await person.count();
      await act(world, conversation.id, "rich", { content: card() });
      const shown = await eventually(async () => {
        const messages = (await person.messages()).slice(0);
        const card = messages.filter(({ direction }) => direction === "received").slice(count);
        return card.length > 0 && card;
      }, { timeout: 20_000, label: "the card", world });
      if (!buttons) {
        assert.match(shown.map(({ text }) => text).join("\n"), /1\. Yes, please/);
        await person.does({ kind: "text", text: "1" });
      } else {
        await person.tap("Yes, please");
      }
      const chosen = await eventually(async () => {
        const { messages } = await desk(world, conversation.id);
        return messages.filter(({ role }) => role === "CONSUMER").find(({ text }) => text === "Yes, please!");
      }, { timeout: 20_000, label: "the choice", world });
      assert.deepEqual(chosen.metadata, [{ type: "ExternalId", id: "Yes, please" }]);
      const { messages } = await desk(world, conversation.id);
      assert.ok(messages.some(({ receipts }) => receipts.includes("ACTION")), "the card's ACTION");
    });

    test("a quick reply that is tapped is a choice too", async () => {
      await agentSays(world, conversation.id, "Which size?", { quickReplies: REPLIES });
      await eventually(async () => (await person.messages()).some(({ text }) => text?.includes("Which size?")), { timeout: 20_000, label: "the question", world });
      if (quick) await person.tap("Large");
      else await person.does({ kind: "text", text: "large" });
      const chosen = await eventually(async () => (await desk(world, conversation.id)).messages.find(({ role, text }) => role === "CONSUMER" && text === "Large"), { timeout: 20_000, label: "the choice", world });
      assert.deepEqual(chosen.metadata, [{ type: "ExternalId", id: "Large" }]);
    });

    if (recognises) {
      test("a send whose answer is lost is recognised by its report, and not made again", async () => {
        const count = await person.count();
        await fault(world, { on: platform, match: { number: id, text_contains: "only one of this" }, action: { kind: "drop_after" }, times: 1 });
        await agentSays(world, conversation.id, "only one of this");
        await agentSays(world, conversation.id, "behind it");
        const received = (await person.received(count + 2)).slice(count);
        assert.deepEqual(received.map(({ text }) => text), ["only one of this", "behind it"]);
        const { entries } = await world.control("GET", `/control/journal?side=${platform}`);
        assert.ok(entries.some(({ fault: made }) => made), "the answer was lost");
      });
    }

    if (typing) {
      test("the person sees that the agent types", async () => {
        await person.does({ kind: "text", text: "are you there?" });
        await talking(world, id);
        await eventually(async () => {
          await act(world, conversation.id, "typing");
          return (await person.show()).typing;
        }, { timeout: 20_000, every: 500, label: "typing", world });
      });
    }

    test("every sample of structured content arrives", { timeout: 120_000 }, async () => {
      const { palette } = await world.control("GET", "/control/palette");
      for (const { name, kind, ...body } of palette) await act(world, conversation.id, kind === "rich" ? "rich" : "messages", body);
      await act(world, conversation.id, "secure-form", { title: "Your address" });
      await agentSays(world, conversation.id, "that was all");
      await eventually(async () => (await person.messages()).some(({ text }) => text === "that was all"), { timeout: 90_000, label: "the last of them", world });
      const { messages } = await desk(world, conversation.id);
      const refused = messages.filter(({ receipts }) => receipts.includes("NACK"));
      assert.deepEqual(refused.map(({ event }) => event), []);
    });

    test("after the agent has closed, the next text opens a new conversation", async () => {
      await agentCloses(world, conversation.id);
      await eventually(async () => (await desk(world, conversation.id)).state === "CLOSE", { label: "the close", world });
      await person.does({ kind: "text", text: "one more thing" });
      const next = await eventually(async () => {
        const newest = await talking(world, id);
        return newest.id !== conversation.id && newest;
      }, { timeout: 30_000, label: "a new conversation", world });
      await agentSays(world, next.id, "Here I am again");
      await eventually(async () => (await person.messages()).some(({ text }) => text === "Here I am again"), { timeout: 20_000, label: "the answer", world });
    });

    test("the platform found nothing wrong with what the connector asked", async () => {
      const { entries } = await world.control("GET", `/control/journal?side=${platform}`);
      assert.ok(entries.length > 10);
      const wrong = entries.filter(({ status }) => status >= 400);
      assert.deepEqual(wrong, []);
    });
  });
}
