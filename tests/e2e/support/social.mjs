// The people of a messaging platform that the simulator plays: what they do, and what they see.
//
//   const people = peopleOf(world, "messenger");
//   await people.says("7000000000000001", "Hello");

import assert from "node:assert/strict";

import { eventually } from "./eventually.mjs";
import { desk, talking } from "./people.mjs";

const PATIENT = { timeout: 30_000 };

export function peopleOf(world, platform) {
  const base = `/control/platforms/${platform}`;
  const at = (id) => `${base}/people/${id}`;
  const person = (id) => world.control("GET", at(id));
  const ofDirection = async (id, direction) => (await person(id)).messages.filter((message) => message.direction === direction);

  /** A person does something; answers its id once the connector has answered 200. */
  async function does(id, deed) {
    const answer = await world.control("POST", `${at(id)}/events`, deed);
    assert.equal(answer.status, 200, JSON.stringify(answer));
    return answer.id;
  }

  const says = (id, text) => does(id, { kind: "text", text });

  return {
    person,
    does,
    says,
    change: (id, settings) => world.control("POST", at(id), settings),
    reads: (id) => world.control("POST", `${at(id)}/read`),

    /** The conversation of somebody who has said something. */
    async begins(id, text = "Hello") {
      await says(id, text);
      return (await talking(world, id)).id;
    },

    async taps(id, button) {
      const tapped = await world.control("POST", `${at(id)}/tap`, { button });
      assert.equal(tapped.status, 200, JSON.stringify(tapped));
    },

    sent: (id) => ofDirection(id, "sent"),
    received: (id) => ofDirection(id, "received"),

    /** The messages that a person has received, once there are so many. */
    receives: (id, count) =>
      eventually(async () => {
        const messages = await ofDirection(id, "received");
        return messages.length >= count && messages;
      }, { ...PATIENT, label: `${count} messages of ${id}`, world }),

    /** What a conversation at the desk has of the consumer, once it is so. */
    atDesk: (conversation, is, label) =>
      eventually(async () => {
        const { messages } = await desk(world, conversation);
        return messages.find((message) => message.role === "CONSUMER" && is(message));
      }, { ...PATIENT, label, world }),

    /** The event with that id once more. */
    again: (id) => world.control("POST", `${base}/redeliver`, { id }),

    /** Any request to the channel. */
    raw: (request) => world.control("POST", `${base}/raw`, request),

    handshake: (request = {}) => world.control("POST", `${base}/handshake`, request),

    /** The calls that the simulator has refused by itself, as `code/subcode`. */
    async refused() {
      const { entries } = await world.control("GET", `/control/journal?side=${platform}`);
      assert.ok(entries.length > 0);
      const wrong = entries.filter(({ status, fault, what }) => !fault && status >= 400 && what !== "note");
      return wrong.map((entry) => JSON.stringify(entry));
    },
  };
}
