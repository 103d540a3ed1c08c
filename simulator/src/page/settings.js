// The strip above: how LiveEngage behaves, and what is out of order.

import { attempt, call, notice } from "./api.js";
import { $ } from "./dom.js";
import { state } from "./state.js";

const OFF_HOURS = { type: "NIGHT", till_minutes: 60, message: "We are closed now and answer tomorrow." };
const GATEWAY_RULE = "gateway-rule";

/** Each box: what of the settings it shows, and what it posts. */
const BOXES = {
  "set-survey": [(settings) => settings.survey, (on) => ({ survey: on, survey_questions: on ? true : null })],
  "set-off-hours": [(settings) => settings.off_hours != null, (on) => ({ off_hours: on ? OFF_HOURS : null })],
  "set-auto-join": [(settings) => settings.auto_join, (on) => ({ auto_join: on })],
  "set-files": [(settings) => settings.file_sharing, (on) => ({ file_sharing: on })],
};
const OUTAGES = { "down-liveengage": "liveengage", "down-twilio": "twilio" };

export function showSettings() {
  for (const [id, [read]] of Object.entries(BOXES)) $(id).checked = Boolean(read(state.settings));
  for (const [id, side] of Object.entries(OUTAGES)) $(id).checked = Boolean(state.outage[side]);
  if (document.activeElement !== $("set-welcome")) $("set-welcome").value = state.settings.welcome_message ?? "";
  $("down-app").checked = sessionStorage.getItem(GATEWAY_RULE) !== null;
  $("down-app").parentElement.hidden = !state.app;
}

async function change(part) {
  const settings = await attempt(() => call("/settings", part));
  if (settings) state.settings = settings;
  showSettings();
}

/** The app answers 503 until told otherwise. */
async function appDown(down) {
  const known = sessionStorage.getItem(GATEWAY_RULE);
  if (known !== null) await call(`/faults/${known}`, undefined, "DELETE").catch(() => {});
  sessionStorage.removeItem(GATEWAY_RULE);
  if (down) {
    const rule = { on: "gateway", action: { kind: "status", status: 503 }, times: null };
    const answer = await attempt(() => call("/faults", rule));
    if (answer) sessionStorage.setItem(GATEWAY_RULE, String(answer.ids[0]));
  }
  showSettings();
}

async function foreign() {
  $("foreign").disabled = true;
  notice("The account's other traffic is on its way …");
  const answer = await attempt(() => call("/foreign", {}));
  $("foreign").disabled = false;
  if (!answer) return;
  const statuses = Object.entries(answer.statuses).map(([status, count]) => `${count} × ${status === "0" ? "no answer" : "HTTP " + status}`);
  notice(`${answer.events} notifications of other conversations: ${statuses.join(", ")}`);
}

export function startSettings() {
  for (const [id, [, write]] of Object.entries(BOXES)) $(id).addEventListener("change", () => change(write($(id).checked)));
  $("set-welcome").addEventListener("change", () => change({ welcome_message: $("set-welcome").value.trim() || null }));
  for (const [id, side] of Object.entries(OUTAGES)) {
    $(id).addEventListener("change", async () => {
      const outage = await attempt(() => call("/outage", { [side]: $(id).checked }));
      if (outage) state.outage = { ...state.outage, [side]: $(id).checked };
      showSettings();
    });
  }
  $("down-app").addEventListener("change", () => appDown($("down-app").checked));
  $("foreign").addEventListener("click", foreign);
  $("retry-now").addEventListener("click", () => attempt(() => call("/webhooks/retry-now", {})));
  $("reset").addEventListener("click", async () => {
    if (!confirm("Forget all conversations, phones and settings of the simulator?")) return;
    await attempt(() => call("/reset", {}));
    sessionStorage.removeItem(GATEWAY_RULE);
    state.selected = null;
    state.update();
  });
}
