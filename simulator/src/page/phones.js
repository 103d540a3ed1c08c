// The left side: which phone is in view, and what its owner can do.

import { attempt, base64, call, segment } from "./api.js";
import { post, say, sendFile, sendProfile, showApp, stopTyping, typed } from "./app-phone.js";
import { $, button, sync } from "./dom.js";
import { fill } from "./menu.js";
import { act, addPlatformPerson, peopleOf, platformMenu, platformOf, sendChosen, showPlatformPhone } from "./platform-phone.js";
import { sendSms, showSms } from "./sms.js";
import { followPhone, person, state } from "./state.js";

let shown = null;

/** Where the settings of the person in view are. */
const settings = () => (state.phone.kind === "app" ? `/app/people/${segment(state.phone.id)}`
  : `/platforms/${segment(state.phone.kind)}/people/${segment(state.phone.id)}`);

export function showPhone() {
  const app = state.phone.kind === "app";
  const platform = platformOf(state.phone.kind);
  const tabs = [
    ...state.phones.map((one) => ({ kind: "sms", id: one.number, name: one.number })),
    ...state.people.map((one) => ({ kind: "app", id: one.id, name: one.name || one.id })),
    ...state.platforms.flatMap((one) => peopleOf(one).map(({ id, name }) => ({ kind: one.name, id, name: name || id }))),
  ].map((one) => {
    const current = one.kind === state.phone.kind && one.id === state.phone.id;
    return { ...one, current, key: `${one.kind}/${one.id}`, print: `${one.name}/${current}` };
  });
  sync($("tabs"), tabs, tab);
  const key = `${state.phone.kind}/${state.phone.id}/${person()?.name}`;
  if (shown !== key) {
    const current = document.querySelector("#tabs [aria-selected=true]");
    if (current) { current.scrollIntoView({ inline: "nearest", block: "nearest" }); shown = key; }
  }
  $("phone-frame").dataset.kind = state.phone.kind;
  const sms = !app && !platform;
  $("channel").hidden = !sms || state.channels.length < 2;
  for (const id of ["phone-menu", "phone-options"]) $(id).hidden = sms;
  if (sms) $("phone-typing").hidden = true;
  if (!app) $("phone-agent").hidden = true;
  fill($("phone-add"), [
    { id: "add-sms", words: "SMS", run: addPhone },
    state.app ? { id: "add-app", words: "The brand’s app", run: addPerson } : null,
    ...state.platforms.map((one) => ({ id: `add-${one.name}`, words: one.title, run: () => addPlatformPerson(one.name, NAMES) })),
  ]);
  if (!sms) fill($("phone-menu"), app ? menu() : [...platformMenu(), OWN_FILE]);
  if (app) showApp(); else if (platform) showPlatformPhone(); else showSms();
  const channels = state.channels.map(([name]) => name);
  if ($("channel").options.length !== channels.length) $("channel").replaceChildren(...channels.map((name) => new Option(name, name)));
}

function tab({ kind, id, name, current }) {
  const attributes = {
    class: "tab", role: "tab", "data-testid": "phone-tab", "data-kind": kind, "data-phone": id,
    "aria-selected": String(current), "aria-controls": "phone-frame", tabindex: current ? "0" : "-1",
  };
  const title = kind === "app" ? "app" : platformOf(kind)?.title;
  return button(title ? `${name} (${title})` : name, attributes, () => { choose(kind, id); $("phone-input").focus(); });
}

export function choose(kind, id) {
  stopTyping("paused");
  state.phone = { kind, id };
  followPhone();
  state.show();
}

async function addPhone() {
  const known = new Set(state.phones.map((one) => one.number));
  let n = 11;
  while (known.has("+155501000" + n)) n += 1;
  state.phone = { kind: "sms", id: "+155501000" + n };
  await attempt(() => call("/phones/" + segment(state.phone.id), {}));
  await state.update();
  $("phone-input").focus();
}

const NAMES = ["Zoë", "Ben", "Chiara", "Deniz", "Emil", "Fatima", "Goran", "Hana", "Ivo", "Jun"];

async function addPerson() {
  const known = new Set(state.people.map((one) => one.id));
  let n = state.people.length;
  const made = () => ({ name: NAMES[n % NAMES.length], id: `${NAMES[n % NAMES.length].normalize("NFD").replace(/\W/g, "").toLowerCase()}${n < NAMES.length ? "" : n}` });
  while (known.has(made().id)) n += 1;
  const { id, name } = made();
  state.phone = { kind: "app", id };
  await attempt(() => call("/app/people/" + segment(id), { name }));
  await state.update();
  $("phone-input").focus();
}

async function openProfile() {
  const [first, ...last] = (person()?.name ?? "").split(" ");
  $("profile-first").value = first ?? "";
  $("profile-last").value = last.join(" ");
  $("profile-dialog").showModal();
}

const OWN_FILE = { id: "send-file", words: "File of your own …", run: () => $("phone-file").click() };
const sample = (name, kind, type) => () => sendFile({ name, media_type: type, sample: kind });

function menu() {
  return [
    "Send",
    { id: "send-picture", words: "Picture", run: sample("picture.png", "png", "image/png") },
    { id: "send-pdf", words: "PDF", run: sample("document.pdf", "pdf", "application/pdf") },
    OWN_FILE,
    { id: "send-location", words: "Location", run: () => say({ type: "location", latitude: 52.3702, longitude: 4.8952, name: "Dam Square", address: "Dam, Amsterdam" }) },
    "Conversation",
    { id: "urgent", words: "Response target: urgent", run: () => post({ type: "response_target", target: "urgent" }) },
    { id: "normal", words: "Response target: normal", run: () => post({ type: "response_target", target: "normal" }) },
    { id: "end", words: "End the conversation", run: () => post({ type: "close" }) },
    { id: "end-without-survey", words: "End it without a survey", run: () => post({ type: "close", survey: false }) },
    { id: "stop-survey", words: "Stop the survey", run: () => post({ type: "stop_survey" }) },
    "Person",
    { id: "profile", words: "Profile …", run: openProfile },
  ];
}

async function submit(event) {
  event.preventDefault();
  const text = $("phone-input").value;
  if (!text.trim()) return;
  $("phone-input").value = "";
  if (state.phone.kind === "app") {
    const sent = say({ type: "text", text });
    stopTyping("active");
    await sent;
  } else if (platformOf(state.phone.kind)) {
    await act({ kind: "text", text });
  } else {
    await attempt(() => sendSms(text));
    state.update();
  }
}

export function startPhones() {
  $("phone-form").addEventListener("submit", submit);
  $("phone-input").addEventListener("input", () => { if (state.phone.kind === "app") typed($("phone-input").value); });
  $("phone-input").addEventListener("blur", () => stopTyping("paused"));
  $("channel").addEventListener("change", showPhone);
  $("phone-file").addEventListener("change", async () => {
    const [chosen] = $("phone-file").files;
    if (chosen && state.phone.kind === "app") await sendFile({ file: chosen });
    else if (chosen) await sendChosen(chosen, base64);
    $("phone-file").value = "";
  });
  $("phone-delivers").addEventListener("change", () => attempt(() =>
    call(settings(), { auto_receipts: $("phone-delivers").checked })));
  $("phone-reads").addEventListener("change", state.show);
  document.addEventListener("visibilitychange", state.show);
  $("profile-form").addEventListener("submit", (event) => {
    if (event.submitter?.value !== "save") return;
    const fields = new FormData($("profile-form"));
    const profile = {};
    for (const name of ["first_name", "last_name", "email"]) if (fields.get(name)?.trim()) profile[name] = fields.get(name).trim();
    if (Object.keys(profile).length) sendProfile(profile);
  });
  $("tabs").addEventListener("keydown", (event) => {
    const all = [...$("tabs").children];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = all.indexOf(document.activeElement);
    if (!step || at < 0) return;
    const next = all[(at + step + all.length) % all.length];
    choose(next.dataset.kind, next.dataset.phone);
    document.querySelector("#tabs [aria-selected=true]")?.focus();
  });
}
