// What a tap on structured content does.
//
// `taps` is how the app answers: `pick(title, text)` finds what was offered (in reading order, each once), `choose(choice)`
// and `say(text)` answer, `tell(text)` shows a word to the developer. At the desk there is none: nothing can be tapped.

import { address, button, clock, day, link, make } from "./dom.js";

export const many = (value) => (Array.isArray(value) ? value : value == null ? [] : [value]);

const published = (actions) => actions.find((action) => ["publishText", "checked"].includes(action.type));
const words = (action) => action.text ?? action.publishText ?? "";

function target(action) {
  if (action.type === "link") return action.web?.uri ?? action.uri;
  return `https://www.openstreetmap.org/?mlat=${Number(action.la)}&mlon=${Number(action.lo)}#map=16/${Number(action.la)}/${Number(action.lo)}`;
}

/** The choice behind an element; also in reading order where nothing was offered. */
export function offered(title, click, taps) {
  const action = published(many(click?.actions));
  if (!action || !taps) return null;
  return taps.pick(title, words(action)) || { title, text: words(action) || title };
}

/** A button: it answers, opens a page or a place, or asks for a day or a time. */
export function tappable(title, click, taps, attributes = {}) {
  const actions = many(click?.actions);
  const choice = offered(title, click, taps);
  const page = actions.find((action) => ["link", "navigate"].includes(action.type));
  const more = actions.map((action) => picker(action, taps)).filter(Boolean);
  const name = title || page?.name || "(no title)";
  const common = {
    class: "tap", "data-tap": actions.map((action) => action.type).join(" "),
    "data-reference": choice?.reference, title: attributes.title, ...attributes,
  };
  const act = () => {
    if (choice) taps.choose(choice);
    for (const action of actions) explain(action, taps);
  };
  if (page && address(target(page))) {
    const anchor = link(name, target(page), common);
    if (taps && choice) anchor.addEventListener("click", act);
    return anchor;
  }
  const plain = button(name, { ...common, disabled: !taps }, more.length ? null : act);
  if (more.length === 0) return plain;
  const box = make("div", { class: "picker", hidden: true }, ...more);
  plain.setAttribute("aria-expanded", "false");
  plain.addEventListener("click", () => {
    box.hidden = !box.hidden;
    plain.setAttribute("aria-expanded", String(!box.hidden));
    if (choice) taps.choose(choice);
  });
  return make("div", { class: "with-picker" }, plain, box);
}

/** What only an app knows how to do is told instead. */
function explain(action, taps) {
  if (action.type === "addToCart") {
    const items = many(action.items).map((item) => `${item.quantity ?? 1} × ${item.productId}`);
    taps.tell("The app would put into the cart: " + items.join(", "));
  } else if (action.type === "custom") {
    const data = many(action.data).map((pair) => `${pair.key} = ${pair.value}`);
    taps.tell("The app would act on: " + data.join(", "));
  } else if (["link", "navigate"].includes(action.type) && !address(target(action))) {
    taps.tell("This address is not opened: " + target(action));
  } else if (!["publishText", "checked", "submitAsText", "link", "navigate", "datePicker", "scheduleSlotList"].includes(action.type)) {
    taps.tell("The app does not know this action: " + action.type);
  }
}

function picker(action, taps) {
  if (!taps) return null;
  if (action.type === "datePicker") return dates(action, taps);
  if (action.type === "scheduleSlotList") return slots(action, taps);
  return null;
}

const iso = (seconds) => (seconds ? new Date(seconds * 1000).toISOString().slice(0, 10) : null);

function written(value, format) {
  const [year, month, date] = value.split("-");
  const parts = { yyyy: year, yy: year.slice(2), mm: month, dd: date };
  return (format || "yyyy-MM-dd").replace(/yyyy|yy|mm|dd/gi, (part) => parts[part.toLowerCase()] ?? part);
}

function dates(action, taps) {
  const range = action.class === "range";
  const limits = { type: "date", min: iso(action.minDate), max: iso(action.maxDate), "data-date": true };
  const first = make("input", { ...limits, "aria-label": range ? "First day" : action.title || "Day" });
  const last = range ? make("input", { ...limits, "aria-label": "Last day" }) : null;
  const send = button("Send", { class: "tap", "data-tap": "date" }, () => {
    const days = [first, last].filter((field) => field?.value).map((field) => written(field.value, action.dateFormat));
    if (days.length) taps.say(days.join(" – "));
  });
  return make("div", { class: "dates" }, first, last, send);
}

function slots(action, taps) {
  const buttons = many(action.slots).map((slot) => {
    const [start, end] = [slot.start, slot.end].map((at) => Number(at) * 1000);
    const time = `${day(start)} – ${clock(end)}`;
    const choice = taps.pick(slot.title) || { title: slot.title, text: `${slot.title ?? ""} (${time})` };
    const attributes = { class: "tap", "data-tap": "slot", "data-reference": choice.reference };
    return button([slot.title, time, slot.description].filter(Boolean).join(" · "), attributes, () => taps.choose(choice));
  });
  return make("div", { class: "slots" }, ...buttons);
}
