// What agents do: write, send cards and files, hand over, close.

import { attempt, base64, call, notice, segment } from "./api.js";
import { $ } from "./dom.js";
import { fill } from "./menu.js";
import { conversation, state } from "./state.js";

/** Any skill will do. */
const SKILL = "4711";

function post(route, body = {}) {
  const path = `/conversations/${segment(state.selected)}${route}`;
  return attempt(async () => {
    const answer = await call(path, body);
    state.update();
    return answer;
  });
}

/** Private note or not; the box is for one message only. */
function audience() {
  const noted = $("desk-note").checked;
  $("desk-note").checked = false;
  $("desk-form").classList.remove("noting");
  return noted ? "AGENTS_AND_MANAGERS" : "ALL";
}

function sendSample({ kind, content, text, quickReplies, metadata }) {
  if (kind === "rich") return post("/rich", { content, quickReplies, metadata, audience: audience() });
  return post("/messages", { text, quickReplies, metadata, audience: audience() });
}

const sendFile = (name, fileType) => post("/files", { name, fileType, audience: audience() });

async function sendOwnFile(file) {
  const fileType = file.name.includes(".") ? file.name.split(".").pop().toUpperCase() : "BIN";
  const bytes = await attempt(() => base64(file));
  if (bytes !== undefined) await post("/files", { name: file.name, fileType, base64: bytes, audience: audience() });
}

export function showTools(current, open) {
  for (const id of ["desk-cards", "desk-menu", "desk-hand"]) {
    $(id).toggleAttribute("inert", !open);
    if (!open) $(id).open = false;
  }
  fill($("desk-cards"), state.palette.map((sample) => ({
    id: "palette", words: sample.name, attributes: { "data-palette": sample.name }, run: () => sendSample(sample),
  })));
  fill($("desk-menu"), [
    { id: "file-png", words: "Picture", run: () => sendFile("picture.png", "PNG") },
    { id: "file-pdf", words: "PDF", run: () => sendFile("invoice.pdf", "PDF") },
    { id: "file-own", words: "File of your own …", run: () => $("desk-file").click() },
    { id: "secure-form", words: "Secure form", run: () => post("/secure-form", { title: "Your address", audience: audience() }) },
    { id: "automatic", words: "Automatic message", run: sendAutomatic },
  ]);
  fill($("desk-hand"), handOver(current));
}

const name = (agent) => agent.nickname || agent.fullName || agent.id;

/** Who comes, who goes, and the end. */
function handOver(current) {
  const own = current?.agent?.id;
  const inSurvey = current?.dialogs.some((dialog) => dialog.type === "POST_SURVEY" && dialog.state === "OPEN");
  const others = state.agents.filter((agent) => agent.id !== own && !/\bbot\b/i.test(name(agent)));
  const close = { id: "close", words: inSurvey ? "Close the survey" : "Close, with a survey if it is on", run: () => post("/close", { survey: true }) };
  if (inSurvey) return [close];
  return [
    "Hand over",
    ...(own ? [] : [{ id: "join", words: "Join", run: () => post("/join") }]),
    ...others.map((agent) => ({ id: "join-agent", words: `${name(agent)} joins`, attributes: { "data-agent": agent.id }, run: () => post("/join", { agentId: agent.id }) })),
    ...others.map((agent) => ({ id: "transfer-agent", words: `Ask ${name(agent)} to take over`, attributes: { "data-agent": agent.id }, run: () => post("/transfer", { agentId: agent.id }) })),
    { id: "transfer-skill", words: `Transfer to skill ${SKILL}`, run: () => post("/transfer", { skillId: SKILL }) },
    "End",
    close,
    { id: "close-without-survey", words: "Close without a survey", run: () => post("/close", { survey: false }) },
    { id: "close-system", words: "Close by the system", run: () => post("/close", { by: "SYSTEM", survey: false }) },
  ];
}

async function sendAutomatic() {
  const answer = await post("/automatic", { text: "An agent will be with you soon." });
  if (answer && !answer.sent) notice("Not sent: the consumer's side did not announce AUTO_MESSAGES.");
}

// COMPOSING while keys are pressed, PAUSE after a while without any, ACTIVE when the message has gone.
const typing = { talk: null, state: null, at: 0, timer: 0 };

function tellTyping(next) {
  const again = typing.state === next && (next !== "COMPOSING" || Date.now() - typing.at < 4000);
  if (!typing.talk || again) return;
  typing.state = next;
  typing.at = Date.now();
  call(`/conversations/${segment(typing.talk)}/typing`, { chatState: next }).catch(() => {});
}

function stopTyping(next) {
  clearTimeout(typing.timer);
  if (typing.state === "COMPOSING") tellTyping(next);
}

function typed() {
  if (typing.talk !== state.selected) stopTyping("PAUSE");
  typing.talk = state.selected;
  clearTimeout(typing.timer);
  if ($("desk-note").checked || conversation()?.state !== "OPEN") return;
  if ($("desk-input").value === "") { stopTyping("PAUSE"); return; }
  tellTyping("COMPOSING");
  typing.timer = setTimeout(() => stopTyping("PAUSE"), 3000);
}

export function startTools() {
  $("desk-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = $("desk-input").value;
    if (!text.trim() || !state.selected) return;
    $("desk-input").value = "";
    await post("/messages", { text, audience: audience() });
    stopTyping("ACTIVE");
  });
  $("desk-input").addEventListener("input", typed);
  $("desk-input").addEventListener("blur", () => stopTyping("PAUSE"));
  $("desk-note").addEventListener("change", () => $("desk-form").classList.toggle("noting", $("desk-note").checked));
  $("desk-close").addEventListener("click", () => post("/close"));
  $("desk-reads").addEventListener("change", state.show);
  $("desk-file").addEventListener("change", async () => {
    const [chosen] = $("desk-file").files;
    if (chosen) await sendOwnFile(chosen);
    $("desk-file").value = "";
  });
}
