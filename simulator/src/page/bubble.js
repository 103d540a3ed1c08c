// Messages of both sides: bubbles, their last line, ticks, files, news.

import { clock, link, make, picture } from "./dom.js";

const refused = (status) => (status ? `Not accepted (HTTP ${status})` : "No answer");
const WORDS = {
  sending: () => "Sending", failed: (m) => refused(m.status), retrying: (m) => refused(m.status) + ", retrying",
  acknowledged: (m) => (m.role ? "Acknowledged by the connector" : "Acknowledged"), at_desk: () => "At the desk",
  received: () => "", sent: () => "Sent", on_phone: () => "On the phone", private: () => "Private, stays here",
  dropped: () => "Not delivered",
};

export const stateWords = (message) => (WORDS[message.state] ? WORDS[message.state](message) : message.state ?? "");

const TICKS = {
  accepted: ["✓", "accepted by the connector"], delivered: ["✓✓", "delivered"], read: ["✓✓", "read"],
  refused: ["!", "reported as not delivered"],
};

/** One tick, two, or two in colour. */
export function ticks(kind) {
  if (!TICKS[kind]) return null;
  const [sign, meaning] = TICKS[kind];
  return make("span", { class: "ticks", "data-ticks": kind, role: "img", "aria-label": meaning, title: meaning }, sign);
}

/** A bubble: `body` are its elements; `line` puts time and words below it, whenever they change. */
export function bubble({ own, state, kind, body }) {
  const classes = "bubble" + (own ? " own" : "") + (state === "private" ? " note" : "");
  return make("div", { class: classes, "data-testid": "bubble", "data-state": state, "data-kind": kind }, ...body, make("small", { class: "line" }));
}

export function line(element, { state, at, words, tick }) {
  element.dataset.state = state;
  const text = [clock(at), ...words].filter(Boolean).join(" · ");
  const small = element.querySelector(":scope > .line");
  const print = `${text}|${tick ?? ""}`;
  if (!small || small.dataset.print === print) return;
  small.dataset.print = print;
  small.replaceChildren(...[text, ticks(tick)].filter(Boolean));
}

export function words(text) {
  const paragraph = make("p", { dir: "auto" });
  paragraph.textContent = text;
  return paragraph;
}

const PICTURES = ["png", "jpg", "jpeg", "gif", "image/png", "image/jpeg", "image/gif", "image/webp"];

/** A file: its picture if it is one, and its name to open it by. */
export function file({ url, name, kind, size, caption, preview }) {
  const shown = name || caption || "file";
  const image = PICTURES.includes(String(kind ?? "").toLowerCase());
  const detail = [kind, size ? `${Math.max(1, Math.round(size / 1024))} KB` : ""].filter(Boolean).join(" · ");
  const seen = image ? picture(url, shown, { class: "file-picture" }) : preview ? picture(preview, shown, { class: "file-preview" }) : null;
  return make("div", { class: "file", "data-file": shown }, seen,
    make("div", { class: "file-name" }, link(shown, url), detail ? make("small", {}, " " + detail) : null),
    caption && caption !== shown ? words(caption) : null);
}

/** A small line in the middle. */
export function news(text, kind) {
  return make("div", { class: "news", "data-testid": "news", "data-news": kind }, text);
}

export const empty = (text) => make("div", { class: "empty" }, text);
