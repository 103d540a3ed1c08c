// LivePerson's structured content and quick replies, drawn as a phone would.
// https://developers.liveperson.com/structured-content-introduction-to-structured-content.html

import { button, link, make, picture, place, address } from "./dom.js";
import { many, offered, tappable } from "./rich-actions.js";

const DEEPEST = 32;
const COLOUR = /^#[0-9a-f]{3,8}$/i;
const SIZES = ["small", "medium", "large", "x-large"];
let names = 0;

/** Structured content. Without `taps` nothing in it can be tapped. */
export function drawContent(content, taps) {
  return make("div", { class: "rich", "data-rich": content?.type ?? "" }, element(content, taps, 0));
}

/** Quick replies: a row of buttons below a message. */
export function drawQuickReplies(replies, taps) {
  const buttons = many(replies?.replies).map((reply) =>
    tappable(reply.title, reply.click, taps, { class: "tap quick", title: reply.tooltip }));
  return make("div", { class: "quick-replies", role: "group", "aria-label": "Quick replies" }, ...buttons);
}

function element(node, taps, depth) {
  const known = node && typeof node === "object" && depth < DEEPEST ? KINDS[node.type] : null;
  const drawn = known ? known(node, taps, depth + 1) : unknown(node);
  drawn.dataset.element = node?.type ?? "";
  return drawn;
}

const unknown = (node) => make("span", { class: "unknown" }, `[${node?.type ?? typeof node}]`);
const inside = (node, taps, depth) => many(node.elements).map((child) => element(child, taps, depth));
const box = (name) => (node, taps, depth) => make("div", { class: name }, ...inside(node, taps, depth));

const KINDS = {
  text: (node) => {
    const text = make("p", { class: "text", dir: node.rtl ? "rtl" : "auto", "data-tag": node.tag, title: node.tooltip }, String(node.text ?? ""));
    const { bold, italic, size, color } = node.style ?? {};
    text.classList.toggle("bold", Boolean(bold));
    text.classList.toggle("italic", Boolean(italic));
    if (SIZES.includes(size)) text.dataset.size = size;
    if (COLOUR.test(color ?? "")) text.style.setProperty("--brand", color);
    return text;
  },
  button: (node, taps) => tappable(node.title, node.click, taps, { title: node.tooltip }),
  image: (node, taps, depth) => {
    const drawn = picture(node.url ?? "", node.caption || node.tooltip || node.alt || "picture");
    const page = many(node.click?.actions).find((action) => action.type === "link");
    const uri = page?.web?.uri ?? page?.uri;
    const choice = offered(node.caption || node.tooltip || "", node.click, taps);
    const alone = depth === 1;
    const shown = choice ? button(drawn, { class: "bare", "data-reference": choice.reference }, () => taps.choose(choice))
      : uri && address(uri) ? link(drawn, uri) : drawn;
    return make("figure", {}, shown, alone && node.caption ? make("figcaption", {}, node.caption) : null);
  },
  map: (node) => place(node.la, node.lo, node.tooltip),
  linkPreview: (node) => make("div", { class: "preview" }, link(node.title || node.url || "", node.url ?? ""), make("small", {}, host(node.url))),
  template: (node, taps) => make("div", { class: "stack" }, make("p", { class: "text" }, node.title ?? ""),
    make("div", { class: "row" }, ...many(node.resp).map((text) => tappable(String(text), { actions: [{ type: "publishText", text: String(text) }] }, taps)))),
  keyValuePairList: (node) => make("dl", { class: "pairs" },
    ...many(node.elements).flatMap((pair) => [make("dt", {}, String(pair.key ?? "")), make("dd", {}, String(pair.value ?? ""))])),
  vertical: box("stack"),
  horizontal: (node, taps, depth) => {
    const row = make("div", { class: "columns" }, ...inside(node, taps, depth));
    const shares = many(node.percentages).map(Number).filter((share) => share > 0);
    if (shares.length === row.children.length) row.style.gridTemplateColumns = shares.map((share) => `minmax(0, ${share}fr)`).join(" ");
    return row;
  },
  carousel: slides,
  carouselSelect: slides,
  accordionSelect: (node, taps, depth) => make("div", { class: "stack" }, ...many(node.elements).map((child, at) => {
    const title = many(node.titles)[at] ?? {};
    const name = make("summary", {}, title.name ?? `${at + 1}`, title.additional ? make("small", {}, " " + title.additional) : null);
    return make("details", { open: at === 0 }, name, element(child, taps, depth));
  })),
  list: (node, taps, depth) => make("div", { class: "stack form-like" }, ...inside(node, taps, depth)),
  sectionList: box("stack"),
  section: box("stack section"),
  checklist: (node, taps, depth) => make("div", { class: "checks", role: "group", "aria-label": "Options" }, ...inside(node, taps, depth)),
  checkbox: (node, taps) => {
    const choice = offered(node.text, node.click, taps);
    const tick = make("input", { type: "checkbox", disabled: !taps, "data-text": choice?.text, "data-reference": choice?.reference });
    return make("label", {}, tick, " " + (node.text ?? ""));
  },
  buttonList: box("row"),
  submitButton: (node, taps) => button(node.title, { class: "tap", disabled: !taps || node.disabled === true, "data-tap": "submit" }, (event) => submit(event.target, taps)),
  tabs,
};

/** What is checked is the answer. */
function submit(from, taps) {
  const form = from.closest(".form-like") ?? from.closest(".rich");
  const checked = [...form.querySelectorAll("input[type=checkbox]:checked")];
  if (checked.length === 0) return taps.tell("Nothing is checked yet.");
  const [only] = checked;
  if (checked.length === 1 && only.dataset.reference) taps.choose({ text: only.dataset.text, reference: only.dataset.reference });
  else taps.say(checked.map((tick) => tick.dataset.text).join(", "));
  return undefined;
}

function slides(node, taps, depth) {
  const cards = inside(node, taps, depth).map((card) => make("div", { class: "card" }, card));
  const track = make("div", { class: "track", tabindex: "0", role: "group", "aria-label": node.alt || "Cards" }, ...cards);
  const turn = (to) => () => track.scrollBy({ left: to * track.clientWidth * 0.8, behavior: "smooth" });
  return make("div", { class: "carousel" }, track, make("div", { class: "turns" },
    button("‹", { class: "turn", "aria-label": "Previous cards" }, turn(-1)), make("small", {}, `${cards.length} cards`),
    button("›", { class: "turn", "aria-label": "Next cards" }, turn(1))));
}

function tabs(node, taps, depth) {
  const id = `tabs-${names++}`;
  const panels = many(node.elements).map((child, at) => make("div", {
    role: "tabpanel", id: `${id}-panel-${at}`, "aria-labelledby": `${id}-${at}`, hidden: at > 0,
  }, element(child, taps, depth)));
  const heads = many(node.elements).map((child, at) => {
    const title = many(child?.elements).find((inner) => inner.tag === "title")?.text ?? child?.tag ?? String(at + 1);
    return button(title, { role: "tab", id: `${id}-${at}`, "aria-selected": String(at === 0), "aria-controls": `${id}-panel-${at}` }, () => {
      panels.forEach((panel, place) => { panel.hidden = place !== at; });
      heads.forEach((head, place) => head.setAttribute("aria-selected", String(place === at)));
    });
  });
  return make("div", { class: "tab-set" }, make("div", { role: "tablist", "aria-label": "Tabs" }, ...heads), ...panels);
}

function host(url) {
  try {
    return new URL(url).host;
  } catch {
    return "";
  }
}
