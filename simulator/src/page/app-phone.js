// The phone with the brand's own app: behind `platform = "gateway"`.

import { attempt, base64, call, notice, segment } from "./api.js";
import { bubble, empty, file, line, news, stateWords, words } from "./bubble.js";
import { $, day, make, picture, place, scroll, sync } from "./dom.js";
import { drawContent, drawQuickReplies } from "./rich.js";
import { person, state } from "./state.js";

/** Of a person's events, the next is handed over after the one before: that keeps their order. */
const lanes = new Map();

/** One event of the contract, signed and posted by the simulator. */
export function post(event, who = state.phone.id) {
  const before = lanes.get(who) ?? Promise.resolve();
  const next = before.then(() => attempt(() => call(`/app/people/${segment(who)}/events`, { ...event, wait: false })));
  lanes.set(who, next.catch(() => {}));
  return next.then((answer) => { state.update(); return answer; });
}

export function say(content) {
  const who = person();
  return post({ type: "message", profile: who?.name ? { name: who.name } : undefined, content });
}

/** Makes a file, or takes the one that was chosen, and sends it. */
export async function sendFile(wanted, caption) {
  const made = await attempt(async () => call("/app/files", wanted.file
    ? { name: wanted.file.name, media_type: wanted.file.type || "application/octet-stream", base64: await base64(wanted.file) }
    : wanted));
  if (!made) return;
  const { url, name = wanted.file?.name ?? wanted.name, media_type = wanted.media_type, size } = made;
  await say({ type: "file", url, name, media_type, size, caption });
}

/** Changes what the app knows about the person, and tells LiveEngage. */
export async function sendProfile(profile) {
  const name = [profile.first_name, profile.last_name].filter(Boolean).join(" ");
  if (name) await attempt(() => call(`/app/people/${segment(state.phone.id)}`, { name }));
  await post({ type: "profile", profile: { ...profile, name: name || undefined } });
}

const NEWS = {
  opened: () => "The conversation is open", agent_joined: (m) => `${m.agent?.name ?? "An agent"} joined`,
  transferred: () => "You are being transferred", survey_started: () => "A survey has started",
  off_hours: (m) => (m.content?.until ? `Nobody answers until ${day(m.content.until)}` : "Nobody answers at this hour"),
  closed: (m) => `The conversation was closed${m.content?.by ? " by " + String(m.content.by).toLowerCase() : ""}`,
};

const DEEDS = {
  close: (c) => (c.survey === false ? "You ended the conversation, without a survey" : "You ended the conversation"),
  stop_survey: () => "You ended the survey", profile: () => "Your profile was changed",
  response_target: (c) => `Response target: ${c.target ?? "changed"}`,
};

/** What was offered, each once and in reading order. */
function tapsOf(message) {
  const left = [...(message.choices ?? [])];
  const trimmed = (text) => String(text ?? "").trim().replace(/\s+/g, " ");
  const take = (fits) => {
    const at = left.findIndex(fits);
    return at < 0 ? null : left.splice(at, 1)[0];
  };
  return {
    pick: (title, text) => take((one) => one.title === trimmed(title) && one.text === text)
      ?? take((one) => one.title === trimmed(title)) ?? (text == null ? null : take((one) => one.text === text)),
    choose: ({ text, reference }) => say({ type: "choice", text, reference }),
    say: (text) => say({ type: "text", text }),
    tell: notice,
  };
}

/** The elements of a message, by its content's type. */
function body(message) {
  const content = message.content ?? {};
  const taps = message.direction === "received" ? tapsOf(message) : undefined;
  switch (content.type) {
    case "text": case "choice": return [words(content.text ?? message.text)];
    case "file": return [file({ ...content, kind: content.media_type })];
    case "location": return [place(content.latitude, content.longitude, content.name, content.address)];
    case "structured": return [
      content.text ? words(content.text) : null,
      content.content ? drawContent(content.content, taps) : null,
      content.quick_replies ? drawQuickReplies(content.quick_replies, taps) : null,
    ].filter(Boolean);
    case "secure_form": return [make("div", { class: "form-card", "data-form": content.form?.formId ?? "" },
      make("strong", {}, content.title || "Secure form"),
      make("small", {}, "A real app would open LivePerson's form here."))];
    default: return [words(message.text || `(${content.type ?? "nothing"})`)];
  }
}

function draw({ message, print }) {
  if (!message) return empty(print);
  const kind = message.content?.type;
  if (message.direction === "news") {
    const told = message.content?.news ?? kind ?? "";
    return news((NEWS[told] ?? (() => message.text || told))(message), told);
  }
  if (message.direction === "sent" && DEEDS[kind]) return news(DEEDS[kind](message.content), kind);
  return bubble({ own: message.direction === "sent", state: message.state, kind, body: body(message) });
}

function tick(message) {
  if (message.receipts?.failed) return "refused";
  if (message.receipts?.read) return "read";
  if (message.receipts?.delivered) return "delivered";
  return message.state === "acknowledged" ? "accepted" : null;
}

/** Time, state and ticks change without the message being drawn anew: what was typed or checked in it stays. */
function touch(drawn, { message, passed }) {
  if (!message || !drawn.classList.contains("bubble")) return;
  drawn.classList.toggle("passed", passed);
  const own = message.direction === "sent";
  const said = own ? (message.state === "acknowledged" ? "" : stateWords(message)) : message.agent?.name ?? "";
  line(drawn, { state: message.state, at: message.at, words: [said], tick: own ? tick(message) : null });
}

/** What the app shows, and what its head says. */
export function showApp() {
  const who = person();
  const agent = who?.agent;
  $("phone-name").textContent = who?.name || state.phone.id;
  $("phone-to").textContent = agent ? `talks to ${agent.name || "an agent"}` : "in the app (gateway channel)";
  showPortrait(agent);
  const messages = who?.messages ?? [];
  const lastSaid = messages.findLast((message) => message.direction === "sent")?.n ?? -1;
  const items = messages.map((message) => ({
    key: `${state.phone.id}/${message.n}`, message, passed: message.n < lastSaid,
    print: JSON.stringify([message.content, message.text, message.choices, message.direction]),
  }));
  if (items.length === 0) items.push({ key: "empty", print: "Write a message: the connector gets it as an app of your own would send it." });
  const box = $("phone-messages");
  scroll(box, state.phone.id, () => {
    sync(box, items, draw, touch);
    $("phone-typing").hidden = !who?.typing;
    $("phone-delivers").checked = who?.auto_receipts !== false;
  });
  $("phone-typing").textContent = `${agent?.name || "The agent"} is typing …`;
  tellRead(who);
}

function showPortrait(agent) {
  const box = $("phone-agent");
  const print = agent?.picture ?? "";
  box.hidden = print === "";
  if (box.dataset.print === print) return;
  box.dataset.print = print;
  box.replaceChildren(...(print ? [picture(print, agent.name || "agent", { "data-testid": "phone-agent-picture" })] : []));
}

const told = new Map();
/** Reports what is seen as read, if the box is checked. */
function tellRead(who) {
  if (!who || document.visibilityState !== "visible" || !$("phone-reads").checked) return;
  const unread = who.messages.filter((message) => message.direction === "received" && !message.receipts?.read);
  const last = unread.at(-1)?.n ?? -1;
  if (last < 0 || (told.get(who.id) ?? -1) >= last) return;
  told.set(who.id, last);
  attempt(() => call(`/app/people/${segment(who.id)}/read`, {}));
}

// Composing while keys are pressed, paused after a while without any, active when the message has gone.
const typing = { who: null, state: null, at: 0, timer: 0 };
const PAUSE_MS = 3000, AGAIN_MS = 4000;

function tellTyping(next) {
  const again = typing.state === next && (next !== "composing" || Date.now() - typing.at < AGAIN_MS);
  if (!typing.who || again) return;
  typing.state = next;
  typing.at = Date.now();
  post({ type: "typing", state: next }, typing.who);
}

export function typed(text) {
  if (typing.who !== state.phone.id) stopTyping("paused");
  typing.who = state.phone.id;
  clearTimeout(typing.timer);
  if (text === "") return stopTyping("paused");
  tellTyping("composing");
  typing.timer = setTimeout(() => stopTyping("paused"), PAUSE_MS);
  return undefined;
}

export function stopTyping(next) {
  clearTimeout(typing.timer);
  if (typing.state === "composing") tellTyping(next);
}
