// The right side: conversations, and what was said in the one in view.

import { attempt, call, segment } from "./api.js";
import { bubble, empty, file, line, news, stateWords, words } from "./bubble.js";
import { showConsumer } from "./consumer.js";
import { showTools } from "./desk-tools.js";
import { $, day, make, scroll, sync } from "./dom.js";
import { drawContent, drawQuickReplies } from "./rich.js";
import { conversation, isOf, state } from "./state.js";

const seen = new Map();
const heard = (talk) => talk.messages.filter((message) => message.role === "CONSUMER").length;

/** What a conversation is called: the person's name, with the platform; a telephone number; the name in the profile; an id. */
export function label(talk) {
  const { number, profile, ext_consumer_id: ext } = talk.consumer;
  const owner = state.people.find((one) => isOf(talk, one.id));
  const name = [profile?.firstName, profile?.lastName].filter(Boolean).join(" ");
  if (owner?.name) return owner.name;
  const platform = state.platforms.find((one) => one.people.some(({ id }) => id === number));
  if (name && platform && !number.startsWith("+")) return `${name} (${platform.title})`;
  return number || name || "Consumer " + ext.slice(0, 10);
}

const isTyping = (talk) => /^COMPOS/.test(talk.consumer.chatState ?? "");
const survey = (talk) => talk.dialogs.find((dialog) => dialog.type === "POST_SURVEY");

export function showDesk() {
  const current = conversation();
  if (current) seen.set(current.id, heard(current));
  list();
  const open = current?.state === "OPEN";
  $("desk-name").textContent = current ? label(current) : "No conversation";
  $("desk-detail").textContent = current ? detail(current, open) : "";
  for (const id of ["desk-input", "desk-send", "desk-close"]) $(id).disabled = !open;
  thread(current);
  $("desk-typing").hidden = !(current && open && isTyping(current));
  if (current) $("desk-typing").textContent = `${label(current)} is typing …`;
  showTools(current, open);
  showConsumer(current);
  if (open) tellRead(current);
}

function detail(talk, open) {
  if (survey(talk)?.state === "OPEN") return "survey is running";
  if (!open) return `closed by ${(talk.closedBy || "").toLowerCase()}`;
  return talk.agent ? `with ${talk.agent.nickname}` : "nobody has joined";
}

function list() {
  const items = [...state.conversations].reverse().map((talk) => {
    const last = talk.messages.at(-1);
    const view = {
      talk, name: label(talk), last: last ? summary(last) : "", unread: heard(talk) - (seen.get(talk.id) || 0),
      survey: survey(talk)?.state === "OPEN", typing: isTyping(talk) && talk.state === "OPEN",
    };
    return { ...view, key: talk.id, print: JSON.stringify({ ...view, talk: [talk.state, talk.id === state.selected] }) };
  });
  if (items.length === 0) items.push({ key: "empty", print: "Conversations appear here." });
  sync($("conversations"), items, row);
}

function row(item) {
  if (!item.talk) return empty(item.print);
  const open = item.talk.state === "OPEN";
  const stage = item.survey ? "survey" : open ? "open" : "closed";
  const attributes = {
    class: "item", type: "button", "aria-current": String(item.talk.id === state.selected), "data-state": item.talk.state,
    "data-conversation": item.talk.id, "data-unread": Math.max(0, item.unread),
  };
  const element = make("button", attributes,
    make("span", { class: "number" }, item.name),
    make("span", { class: "state" + (open ? " open" : "") }, stage),
    make("span", { class: "last" }, item.typing ? "typing …" : item.last),
    item.unread > 0 ? make("span", { class: "unread", "aria-label": `${item.unread} unread`, role: "img" }, String(item.unread)) : "");
  element.addEventListener("click", () => {
    state.selected = item.talk.id;
    state.pinned = open ? null : item.talk.id;
    state.show();
    if (open) $("desk-input").focus();
  });
  return element;
}

/** One line of what was said. */
function summary(message) {
  const event = message.event ?? {};
  if (event.type === "RichContentEvent") return `[${event.content?.alt || event.content?.type || "rich content"}]`;
  if (event.contentType === "hosted/file") return `[file] ${message.text}`;
  return message.text;
}

function thread(current) {
  const items = [];
  let dialog = null;
  for (const message of current?.messages ?? []) {
    if (dialog && message.dialogId !== dialog) items.push({ key: `dialog/${message.dialogId}`, kind: "survey", print: "Survey" });
    dialog = message.dialogId;
    items.push({
      key: `${message.dialogId}/${message.sequence}`, message,
      print: JSON.stringify([message.event, message.metadata, message.state === "private"]),
    });
  }
  if (current?.delay?.tillWhen) items.unshift({ key: "delay", kind: "off_hours", print: `Off hours until ${day(current.delay.tillWhen)}` });
  if (items.length === 0) items.push({ key: "empty", empty: true, print: current ? "Nothing has been said yet." : "Choose a conversation." });
  if (current && current.state !== "OPEN") items.push({ key: "closed", kind: "closed", print: `Closed by ${(current.closedBy || "").toLowerCase()}` });
  const box = $("desk-messages");
  scroll(box, current?.id ?? "", () => sync(box, items, (item) => {
    if (item.empty) return empty(item.print);
    if (!item.message) return news(item.print, item.kind);
    return draw(item.message);
  }, (drawn, item) => { if (item.message) touch(drawn, item.message); }));
}

function draw(message) {
  const event = message.event ?? {};
  const own = message.role !== "CONSUMER";
  const kind = event.type === "RichContentEvent" ? "structured" : event.contentType ?? event.type;
  const drawn = bubble({ own, state: message.state, kind, body: body(message, event) });
  const metadata = Array.isArray(message.metadata) ? message.metadata : [];
  if (metadata.length) drawn.querySelector(".line").before(...metadata.map(chip));
  return drawn;
}

/** What a chosen element, or a message, carries along. */
function chip(entry) {
  const { type, id, ...rest } = entry ?? {};
  const more = Object.keys(rest).length ? " …" : "";
  return make("code", { class: "chip", "data-metadata": JSON.stringify(entry), title: JSON.stringify(entry, null, 1) }, [type, id].filter(Boolean).join(" ") + more);
}

function body(message, event) {
  const replies = event.quickReplies ? drawQuickReplies(event.quickReplies) : null;
  if (event.type === "RichContentEvent") return [drawContent(event.content), replies].filter(Boolean);
  const said = event.message;
  if (event.contentType === "hosted/file") {
    const url = "/control/files/content?path=" + segment(said.relativePath ?? "");
    return [file({ url, name: said.caption, kind: said.fileType, preview: said.preview })];
  }
  if (event.contentType === "external/file") return [file({ url: said.url, name: said.caption, kind: said.fileType })];
  if (event.contentType === "forms/secure-invitation") {
    return [make("div", { class: "form-card", "data-form": said.formId ?? "" }, make("strong", {}, said.title ?? "Secure form"), make("small", {}, "Secure form"))];
  }
  return [words(message.text || `(${message.eventType})`), replies].filter(Boolean);
}

const TICK = [["NACK", "refused"], ["READ", "read"], ["ACCEPT", "delivered"], ["ACCESS", "read"]];

function touch(drawn, message) {
  const own = message.role !== "CONSUMER";
  const receipts = message.receipts || [];
  const said = [];
  if (own && message.role !== "ASSIGNED_AGENT") said.push(message.role.toLowerCase());
  said.push(stateWords(message));
  const known = TICK.find(([receipt]) => receipts.includes(receipt));
  const taken = ["acknowledged", "on_phone"].includes(message.state) ? "accepted" : null;
  if (receipts.includes("NACK")) said.push("reported as not delivered");
  else if (receipts.includes("READ")) said.push("read");
  line(drawn, { state: message.state, at: message.at, words: said, tick: own ? known?.[1] ?? taken : null });
}

const told = new Map();
/** What stands before the agent's eyes is read, if the box is checked. */
function tellRead(talk) {
  const count = heard(talk);
  if (!$("desk-reads").checked || document.visibilityState !== "visible" || !talk.agentJoined) return;
  if (count <= (told.get(talk.id) ?? 0)) return;
  told.set(talk.id, count);
  attempt(() => call(`/conversations/${segment(talk.id)}/read`, {}));
}

/** After a refresh: something is in view, and a consumer's new conversation takes the place of a closed one. */
export function follow(followPhone) {
  const current = conversation();
  const busy = $("desk-input").value !== "" || state.selected === state.pinned;
  if (!current && state.conversations.length) {
    state.selected = state.conversations.at(-1).id;
    followPhone();
  } else if (current && current.state !== "OPEN" && !busy) {
    const same = current.consumer.ext_consumer_id;
    const next = state.conversations.findLast((one) => one.state === "OPEN" && one.consumer.ext_consumer_id === same);
    if (next) state.selected = next.id;
  }
}
