// A phone with a messaging platform on it: LINE and the like. The simulator says what each can do and what it shows.

import { attempt, call, segment } from "./api.js";
import { bubble, empty, file, line, news, stateWords, words } from "./bubble.js";
import { $, button, link, make, picture, place, scroll, sync } from "./dom.js";
import { state } from "./state.js";

export const platformOf = (kind) => state.platforms.find((one) => one.name === kind);

/** The people of a platform who are shown here: phones that send SMS have tabs of their own. */
export const peopleOf = (platform) => platform.people.filter((one) => platform.name !== "twilio" || one.id.startsWith("whatsapp:"));

export function owner() {
  return platformOf(state.phone.kind)?.people.find((one) => one.id === state.phone.id);
}

const base = () => `/platforms/${segment(state.phone.kind)}/people/${segment(state.phone.id)}`;

/** Something that the person in view does. */
export async function act(deed) {
  await attempt(() => call(base() + "/events", { ...deed, wait: false }));
  state.update();
}

async function tap(message, n) {
  await attempt(() => call(base() + "/tap", { message: message.id, button: n, wait: false }));
  state.update();
}

const set = (setting) => attempt(() => call(base(), setting)).then(() => state.update());

/** Entries of the menu: what the platform's people can do, and how the person is set up. */
export function platformMenu() {
  const platform = platformOf(state.phone.kind);
  const who = owner();
  const down = Boolean(state.outage[platform.name]);
  return [
    "Do",
    ...platform.menu.map(({ words: said, deed }) => ({ id: `do-${deed.kind}`, words: said, run: () => act(deed) })),
    "Set up",
    { id: "blocked", words: who?.blocked ? "Let messages through again" : "Blocks the brand in silence", run: () => set({ blocked: !who?.blocked }) },
    { id: "silent", words: "Has said nothing for a day", run: () => set({ silent_for_s: 90_000 }) },
    { id: "down", words: `${platform.title} is ${down ? "in order again" : "out of order"}`, run: () => attempt(() => call("/outage", { [platform.name]: !down })) },
  ];
}

export async function addPlatformPerson(kind, names) {
  const name = names[platformOf(kind).people.length % names.length];
  const made = await attempt(() => call(`/platforms/${segment(kind)}/people`, { name }));
  if (made) state.phone = { kind, id: made.id };
  await state.update();
  $("phone-input").focus();
}

const DEEDS = {
  follow: "Follows the brand", unfollow: "Has blocked the brand", unsend: "Took a message back",
  edit: "Changed a message", postback: "Tapped a button", reaction: "Reacted",
};

function buttonOf(message, one) {
  const n = message.buttons.indexOf(one);
  const shape = one.quick ? "tap quick" : "tap";
  if (one.url) return link(one.title, one.url, { class: shape });
  const attributes = { class: shape, "data-button": one.title, title: one.payload };
  return button(one.title || one.payload || one.kind, attributes, message.direction === "received" ? () => tap(message, n) : undefined);
}

function buttons(message, card) {
  return message.buttons.filter((one) => !one.quick && (one.card ?? null) === card).map((one) => buttonOf(message, one));
}

function cards(message) {
  if (message.cards.length === 0) return null;
  return make("div", { class: "track" }, ...message.cards.map((card, n) => make("div", { class: "card stack" },
    card.picture ? make("figure", {}, picture(card.picture, card.title || "picture")) : null,
    card.title ? make("p", { class: "bold" }, card.title) : null,
    card.text ? make("p", {}, card.text) : null, ...buttons(message, n))));
}

function seen({ picture: url, file: other, text }) {
  const parts = [];
  if (url) parts.push(make("div", { class: "file" }, picture(url, text || "picture", { class: "file-picture" })));
  if (other) parts.push(file({ url: other.url, name: other.name || "file", kind: other.media_type }));
  return parts;
}

/** The elements of a message. */
function body(message) {
  if (message.unsent) return [make("p", { class: "unsent" }, "(taken back)")];
  const at = message.content ?? {};
  const spot = at.latitude === undefined ? at.message ?? at.location ?? {} : at;
  if (message.kind === "location" && spot.latitude !== undefined) {
    return [place(spot.latitude, spot.longitude, spot.title ?? spot.name ?? message.text, spot.address)];
  }
  const quick = message.buttons.filter((one) => one.quick);
  const rich = [cards(message), ...buttons(message, null)].filter(Boolean);
  const text = message.text || (message.picture || message.file || rich.length ? "" : `(${message.kind})`);
  const parts = [...seen(message), text ? words(text) : null];
  if (rich.length) parts.push(make("div", { class: "rich stack" }, ...rich));
  if (quick.length) {
    const row = quick.map((one) => buttonOf(message, one));
    parts.push(make("div", { class: "quick-replies", role: "group", "aria-label": "Quick replies" }, ...row));
  }
  return parts.filter(Boolean);
}

function draw({ message, print }) {
  if (!message) return empty(print);
  if (message.direction === "deed") return news([DEEDS[message.kind] ?? message.kind, message.text].filter(Boolean).join(": "), message.kind);
  return bubble({ own: message.direction === "sent", state: message.state, kind: message.buttons.length ? "structured" : message.kind, body: body(message) });
}

function tick(message) {
  const { receipts } = message;
  if (receipts.failed) return "refused";
  if (receipts.read) return "read";
  if (receipts.delivered) return "delivered";
  return message.state === "acknowledged" ? "accepted" : null;
}

function touch(drawn, { message }) {
  if (!message || !drawn.classList.contains("bubble")) return;
  const own = message.direction === "sent";
  const said = [own ? (message.state === "acknowledged" ? "" : stateWords(message)) : message.agent?.name,
    message.edited ? "changed" : "", message.reaction, message.tapped ? `tapped: ${message.tapped}` : ""];
  line(drawn, { state: message.state, at: message.at, words: said, tick: own ? tick(message) : null });
}

/** What the phone shows, and what its head says. */
export function showPlatformPhone() {
  const platform = platformOf(state.phone.kind);
  const who = owner();
  $("phone-name").textContent = who?.name || state.phone.id;
  $("phone-to").textContent = `${platform.title} (channel ${platform.channel})${who?.blocked ? ", has blocked the brand" : ""}`;
  const messages = who?.messages ?? [];
  const items = messages.map((message) => ({
    key: `${state.phone.kind}/${state.phone.id}/${message.n}`, message,
    print: JSON.stringify([message.text, message.picture, message.file, message.cards, message.buttons, message.unsent]),
  }));
  if (items.length === 0) items.push({ key: "empty", print: `Write a message: the connector gets it as ${platform.title} would send it.` });
  scroll($("phone-messages"), `${state.phone.kind}/${state.phone.id}`, () => {
    sync($("phone-messages"), items, draw, touch);
    $("phone-typing").hidden = !who?.typing;
    $("phone-delivers").checked = who?.auto_receipts !== false;
  });
  const agent = messages.findLast((message) => message.agent)?.agent;
  $("phone-typing").textContent = `${agent?.name || "The agent"} is typing …`;
  tellRead(who);
  // Nobody says when it ends.
  clearTimeout(waiting);
  if (who?.typing) waiting = setTimeout(() => state.update(), 2000);
}

let waiting = 0;
const told = new Map();
/** What is seen has been read, if the box is checked. */
function tellRead(who) {
  if (!who || document.visibilityState !== "visible" || !$("phone-reads").checked) return;
  const unread = who.messages.filter((message) => message.direction === "received" && !message.receipts.read);
  const last = unread.at(-1)?.n ?? -1;
  const key = `${state.phone.kind}/${who.id}`;
  if (last < 0 || (told.get(key) ?? -1) >= last) return;
  told.set(key, last);
  attempt(() => call(base() + "/read", {}));
}

/** Sends a file that was chosen. */
export async function sendChosen(chosen, base64) {
  const kind = chosen.type.startsWith("image/") ? "picture" : chosen.type.startsWith("video/") ? "video"
    : chosen.type.startsWith("audio/") ? "audio" : "file";
  const media_type = chosen.type || "application/octet-stream";
  await act({ kind, name: chosen.name, media_type, base64: await base64(chosen) });
}
