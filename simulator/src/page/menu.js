// Menus: a `details` whose `summary` opens a list of buttons.

import { button, make } from "./dom.js";

/** Fills a menu. Entries: `{words, id, run, attributes}`, a string for a heading, null for nothing. */
export function fill(menu, entries) {
  const print = JSON.stringify(entries.map((entry) => (entry?.words ? [entry.id, entry.words] : entry)));
  if (menu.dataset.print === print) return;
  menu.dataset.print = print;
  const items = entries.filter(Boolean).map((entry) => typeof entry === "string"
    ? make("span", { class: "heading" }, entry)
    : button(entry.words, { class: "entry", "data-action": entry.id, ...entry.attributes }, () => { close(menu); entry.run(); }));
  menu.querySelector(".entries").replaceChildren(...items);
}

function close(menu) {
  const inside = menu.contains(document.activeElement);
  menu.open = false;
  if (inside) menu.querySelector("summary").focus();
}

const menus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  if (event.key === "Escape") for (const open of menus()) close(open);
  if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const entries = [...menu.querySelectorAll("button.entry:not(:disabled)")];
  if (entries.length === 0) return;
  event.preventDefault();
  const at = entries.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  entries.at(at % entries.length).focus();
});
