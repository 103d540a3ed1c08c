// What people do and see: consumers on phones, agents at the desk. Everything goes through the simulator.

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

/** The newest conversation of a phone, or undefined. */
export async function conversationOf(world, number) {
  return (await conversations(world)).filter((known) => known.consumer.number === number).at(-1);
}

/** The texts that the consumer's side has brought into a conversation, in order. */
export async function textsOnDesk(world, id) {
  const { messages } = await world.control("GET", `/control/conversations/${id}`);
  return messages.filter((message) => message.role === "CONSUMER" && message.text).map((message) => message.text);
}

/** An agent writes. `{ audience }`, `{ role }`, `{ dialogId }`, and `{ wait: true }` for the webhook's first status. */
export function agentSays(world, id, text, options = {}) {
  return world.control("POST", `/control/conversations/${id}/messages`, { text, ...options });
}

export function agentCloses(world, id, options = {}) {
  return world.control("POST", `/control/conversations/${id}/close`, options);
}
