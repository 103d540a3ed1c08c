// Starts the page, and looks again whenever the simulator says that something changed.

import { call, segment } from "./api.js";
import { follow, showDesk } from "./desk.js";
import { startTools } from "./desk-tools.js";
import { $, make } from "./dom.js";
import { showPhone, startPhones } from "./phones.js";
import { peopleOf, platformOf } from "./platform-phone.js";
import { showSettings, startSettings } from "./settings.js";
import { FIRST_PERSON, FIRST_PHONE, followPhone, state } from "./state.js";

/** The app's people; null where this simulator plays no app. */
async function people() {
  try {
    return (await call("/app/people")).people;
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

async function refresh() {
  const [known, apps, talks, others] = await Promise.all([call("/phones"), people(), call("/conversations"), call("/platforms")]);
  state.phones = known.phones;
  state.people = apps ?? [];
  state.app = apps !== null;
  state.conversations = talks.conversations;
  state.platforms = others.platforms;
  if (state.phones.length === 0) await call("/phones/" + segment(FIRST_PHONE), {});
  if (state.app && state.people.length === 0) await call("/app/people/" + segment(FIRST_PERSON), { name: "Zoë" });
  const platform = platformOf(state.phone.kind);
  const all = state.phone.kind === "app" ? state.people.map((one) => one.id)
    : platform ? peopleOf(platform).map((one) => one.id) : state.phones.map((one) => one.number);
  if (all.includes(state.phone.id)) state.phone.known = true;
  // A new one is in view before the simulator knows it.
  else if (state.phone.known) state.phone = { kind: "sms", id: state.phones[0]?.number ?? FIRST_PHONE };
  follow(followPhone);
  show();
}

function show() {
  showPhone();
  showDesk();
}

/** What changes seldom: agents, samples, settings. */
async function refreshRest() {
  const [agents, palette, settings] = await Promise.all([call("/agents"), call("/palette"), call("/settings")]);
  Object.assign(state, { agents: agents.agents, palette: palette.palette, settings });
  showSettings();
  showDesk();
}

const item = (text, kind) => make("span", {}, kind ? make("span", { class: "dot " + kind }) : "", text);

async function refreshStatus() {
  const box = $("status");
  try {
    const status = await call("/status");
    state.channels = status.channels;
    state.outage = status.outage;
    const { reachable, url } = status.connector;
    const { waiting, failing, held } = status.notifications;
    const parts = [item(reachable ? "Connector reachable" : `Connector not reachable at ${url}`, reachable ? "good" : "bad"),
      item(`${status.conversations.open} open of ${status.conversations.all} conversations`)];
    const late = waiting + failing + held;
    if (late) parts.push(item(`${late} notification${late === 1 ? "" : "s"} waiting`, failing ? "bad" : ""));
    if (status.outage.liveengage) parts.push(item("LiveEngage is down", "bad"));
    if (status.outage.twilio) parts.push(item("Twilio is down", "bad"));
    for (const { name, title } of state.platforms) if (name !== "twilio" && status.outage[name]) parts.push(item(`${title} is down`, "bad"));
    const text = parts.map((part) => part.textContent).join();
    if (box.dataset.text !== text) { box.replaceChildren(...parts); box.dataset.text = text; }
    showPhone();
    showSettings();
  } catch {
    box.replaceChildren(item("The simulator does not answer", "bad"));
    delete box.dataset.text;
  }
}

let running = false, again = false;
async function update() {
  if (running) { again = true; return; }
  running = true;
  try {
    do { again = false; await refresh(); } while (again);
  } catch { /* the status line tells */ } finally { running = false; }
}

state.update = update;
state.show = show;
startPhones();
startTools();
startSettings();
new EventSource("/control/events").addEventListener("changed", update);
update().then(refreshStatus).then(refreshRest).catch(() => {});
setInterval(refreshStatus, 1500);
setInterval(() => refreshRest().catch(() => {}), 5000);
$("phone-input").focus();
