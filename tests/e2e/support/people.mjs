// What people do and see: consumers on phones, agents at the desk. Everything goes through the simulator.

import { eventually } from "./eventually.mjs";

/** The number of the n-th test phone. */
export function phone(world, n = 1) {
  return `+1555020${String(n).padStart(4, "0")}`;
}

/**
 * Types on a phone. Answers `{ sid, status, attempts }` once the connector has answered; `{ wait: false }` does not wait,
 * `{ sid }` chooses the message's id, `{ parallel: true }` does not queue behind the phone's earlier callbacks.
 */
export function sendFromPhone(world, number, text, options = {}) {
  return world.control("POST", `/control/phones/${encodeURIComponent(number)}/messages`, { text, ...options });
}

async function messagesOnPhone(world, number) {
  const { phones } = await world.control("GET", "/control/phones");
  return phones.find((known) => known.number === number)?.messages ?? [];
}

/** The texts that have arrived on a phone, in order. */
export async function textsOnPhone(world, number) {
  const messages = await messagesOnPhone(world, number);
  return messages.filter((message) => message.direction === "received").map((message) => message.text);
}

/** All conversations at the desk, oldest first. */
export async function conversations(world) {
  return (await world.control("GET", "/control/conversations")).conversations;
}

/** The newest conversation of a phone or of a person with the app, or undefined. */
export async function conversationOf(world, person) {
  const theirs = ({ consumer }) => consumer.number === person || consumer.profile?.userId === person;
  return (await conversations(world)).filter(theirs).at(-1);
}

function textsIn({ messages }) {
  return messages.filter((message) => message.role === "CONSUMER" && message.text).map((message) => message.text);
}

/** The conversation of a person, once there is one with so many texts at the desk. */
export async function talking(world, person, texts = 1) {
  return eventually(
    async () => {
      const known = await conversationOf(world, person);
      return known && textsIn(known).length >= texts && known;
    },
    { timeout: 30_000, label: `${texts} texts of ${person} at the desk`, world },
  );
}

/** A conversation as the desk shows it. */
export function desk(world, id) {
  return world.control("GET", `/control/conversations/${id}`);
}

/** Something is done at the desk with a conversation: `act(world, id, "rich", { content })`. */
export function act(world, id, what, body = {}) {
  return world.control("POST", `/control/conversations/${id}/${what}`, body);
}

export function settings(world, changed) {
  return world.control("POST", "/control/settings", changed);
}

export function fault(world, rule) {
  return world.control("POST", "/control/faults", rule);
}

/** The texts that the consumer's side has brought into a conversation, in order. */
export async function textsOnDesk(world, id) {
  return textsIn(await world.control("GET", `/control/conversations/${id}`));
}

/** An agent writes. `{ audience }`, `{ role }`, `{ dialogId }`, and `{ wait: true }` for the webhook's first status. */
export function agentSays(world, id, text, options = {}) {
  return world.control("POST", `/control/conversations/${id}/messages`, { text, ...options });
}

export function agentCloses(world, id, options = {}) {
  return world.control("POST", `/control/conversations/${id}/close`, options);
}
