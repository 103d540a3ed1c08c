// A phone that sends SMS through Twilio.

import { call, segment } from "./api.js";
import { bubble, empty, line, stateWords, words } from "./bubble.js";
import { $, scroll, sync } from "./dom.js";
import { state } from "./state.js";

/** What an SMS phone shows, and what its head says. */
export function showSms() {
  const phone = state.phones.find((one) => one.number === state.phone.id);
  const channel = state.channels.find(([name]) => name === $("channel").value) || state.channels[0];
  $("phone-name").textContent = state.phone.id;
  $("phone-to").textContent = channel ? `writes to ${channel[1]} (${channel[0]})` : "";
  const box = $("phone-messages");
  const items = (phone?.messages ?? []).map((message) => ({
    key: `${state.phone.id}/${message.sid}`, message, print: message.text,
  }));
  if (items.length === 0) items.push({ key: "empty", print: "Write a message: the connector gets it as Twilio would send it." });
  scroll(box, state.phone.id, () => sync(box, items, ({ message, print }) => (message
    ? bubble({ own: message.direction === "sent", state: message.state, kind: "text", body: [words(message.text)] })
    : empty(print)), (drawn, { message }) => {
    if (message) line(drawn, { state: message.state, at: message.at, words: [stateWords(message)] });
  }));
}

export function sendSms(text) {
  const channel = $("channel").value || undefined;
  return call(`/phones/${segment(state.phone.id)}/messages`, { text, channel, wait: false });
}
