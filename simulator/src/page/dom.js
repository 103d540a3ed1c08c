// Elements out of data: always as text and attributes, never as markup.

export const $ = (id) => document.getElementById(id);

/** An element. Attributes that are null or false are left out. */
export function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value != null) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child != null && child !== ""));
  return element;
}

export function button(words, attributes, tapped) {
  const element = make("button", { type: "button", ...attributes }, words);
  if (tapped) element.addEventListener("click", tapped);
  return element;
}

/**
 * Keeps the elements that stay the same, so that focus, selection and scrolling survive. `draw` makes an item's element
 * whenever its `print` changed, `touch` sees every one of them.
 */
export function sync(parent, items, draw, touch) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const wanted = items.map((item) => {
    const { key, print } = item;
    let child = old.get(key);
    if (!child || child.dataset.print !== print) {
      const fresh = draw(item);
      fresh.dataset.key = key;
      fresh.dataset.print = print;
      if (child && child.contains(document.activeElement)) queueMicrotask(() => fresh.focus());
      child = fresh;
    }
    if (touch) touch(child, item);
    return child;
  });
  wanted.forEach((child, place) => {
    if (parent.children[place] !== child) parent.insertBefore(child, parent.children[place] || null);
  });
  while (parent.children.length > wanted.length) parent.lastElementChild.remove();
}

const watched = new WeakSet();

/** Fills a list of messages. It stays at its end, unless somebody has scrolled away from there. `key` names what is shown. */
export function scroll(box, key, fill) {
  const toEnd = () => { box.scrollTop = box.scrollHeight; };
  if (!watched.has(box)) {
    watched.add(box);
    let last = 0;
    box.addEventListener("scroll", () => {
      // Only somebody who scrolls up goes away: a picture may have come between the scrolling and this event.
      if (box.scrollHeight - box.scrollTop - box.clientHeight <= 60) box.dataset.away = "false";
      else if (box.scrollTop < last) box.dataset.away = "true";
      last = box.scrollTop;
    });
    // Pictures have no height before they are there.
    box.addEventListener("load", () => { if (box.dataset.away !== "true") toEnd(); }, true);
  }
  if (box.dataset.shows !== key) box.dataset.away = "false";
  box.dataset.shows = key;
  const stays = box.dataset.away !== "true";
  fill();
  if (stays) toEnd();
}

export function clock(at) {
  return new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

export function day(at) {
  return new Date(at).toLocaleString([], { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

const HERE = ["localhost", "127.0.0.1", "[::1]"];

/** An address that may be opened: https, or http on this machine. Otherwise null. */
export function address(text) {
  try {
    const url = new URL(text, location.href);
    const fine = url.protocol === "https:" || (url.protocol === "http:" && HERE.includes(url.hostname));
    return fine && !url.username && !url.password ? url.href : null;
  } catch {
    return null;
  }
}

/** A link, or its words alone where the address must not be opened. */
export function link(words, text, attributes = {}) {
  const url = address(text);
  if (!url) return make("span", { ...attributes, title: "This address is not opened: " + text }, words);
  return make("a", { ...attributes, href: url, target: "_blank", rel: "noopener noreferrer" }, words);
}

/** A picture. One that cannot be shown is replaced by its description. */
export function picture(text, words, attributes = {}) {
  const url = /^data:image\/(png|jpeg|gif);base64,/.test(text) ? text : address(text);
  const instead = () => make("span", { class: "no-picture" }, words || "picture");
  if (!url) return instead();
  const image = make("img", { ...attributes, src: url, alt: words || "", loading: "lazy", referrerpolicy: "no-referrer" });
  image.addEventListener("error", () => image.replaceWith(instead()));
  return image;
}

/** A place on a map: its name, and where to look it up. */
export function place(latitude, longitude, name, detail) {
  const figures = [latitude, longitude].map(Number);
  const words = figures.map((figure) => figure.toFixed(4)).join(", ");
  const [la, lo] = figures;
  const where = `https://www.openstreetmap.org/?mlat=${la}&mlon=${lo}#map=16/${la}/${lo}`;
  return make("div", { class: "place", "data-place": words },
    make("span", { class: "pin", "aria-hidden": "true" }),
    make("span", {}, link(name || words, where), make("small", {}, [detail, name ? words : ""].filter(Boolean).join(" · "))));
}
