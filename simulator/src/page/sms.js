// A phone that sends SMS through Twilio.

import { call, segment } from "./api.js";
import { bubble, empty, file, line, stateWords, words } from "./bubble.js";
import { $, make, picture, scroll, sync } from "./dom.js";
import { state } from "./state.js";

function body({ text, picture: url, file: other, cards = [] }) {
  const pictures = [url, ...cards.map((card) => card.picture)].filter(Boolean);
  return [
    ...pictures.map((one) => make("div", { class: "file" }, picture(one, text || "picture", { class: "file-picture" }))),
    other ? file({ url: other.url, name: other.name || "file", kind: other.media_type }) : null,
    text ? words(text) : null,
  ].filter(Boolean);
}

/** What an SMS phone shows, and what its head says. */
export function showSms() {
  const phone = state.phones.find((one) => one.number === state.phone.id);
  const channel = state.channels.find(([name]) => name === $("channel").value) || state.channels[0];
  $("phone-name").textContent = state.phone.id;
  $("phone-to").textContent = channel ? `writes to ${channel[1]} (${channel[0]})` : "";
  const box = $("phone-messages");
  const items = (phone?.messages ?? []).map((message) => ({
    key: `${state.phone.id}/${message.sid}`, message, print: JSON.stringify([message.text, message.picture, message.file]),
  }));
  if (items.length === 0) items.push({ key: "empty", print: "Write a message: the connector gets it as Twilio would send it." });
  scroll(box, state.phone.id, () => sync(box, items, ({ message, print }) => (message
    ? bubble({ own: message.direction === "sent", state: message.state, kind: message.kind, body: body(message) })
    : empty(print)), (drawn, { message }) => {
    if (message) line(drawn, { state: message.state, at: message.at, words: [stateWords(message)] });
  }));
}

export function sendSms(text) {
  const channel = $("channel").value || undefined;
  return call(`/phones/${segment(state.phone.id)}/messages`, { text, channel, wait: false });
}
