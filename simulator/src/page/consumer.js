// What LiveEngage shows of a consumer and of the conversation, beside the thread.

import { $, clock, make, picture, sync } from "./dom.js";

const NAMES = {
  firstName: "First name", lastName: "Last name", userId: "User id", avatarUrl: "Picture", backgndImgUri: "Background",
  ctmrinfo: "Customer", personal: "Personal", customerId: "Customer id", cstatus: "Status", ctype: "Type", imei: "Device / number",
  lang: "Language", ttr: "Response target", csat: "Rating", socialId: "Social id",
};

const named = (key) => NAMES[key] ?? key.replace(/([A-Z])/g, " $1").replace(/^./, (first) => first.toUpperCase()).replaceAll("_", " ");

/** `{a: {b: 1}}` as rows `a.b`, 1. */
function rows(value, path = []) {
  if (value == null || value === "") return [];
  if (typeof value !== "object") return [{ path, value: String(value) }];
  const list = Array.isArray(value);
  return Object.entries(value).flatMap(([key, inner]) => rows(inner, list && value.length === 1 ? path : [...path, list ? `${Number(key) + 1}` : key]));
}

function facts(prefix, value) {
  return rows(value).map(({ path, value: text }) => ({
    field: [prefix, ...path].join("."), name: path.map(named).slice(-2).join(" · ") || named(prefix), text,
  }));
}

const one = (field, name, value) => (value == null || value === "" ? [] : [{ field, name, text: String(value) }]);

function sections(talk) {
  const { profile, chatState, clientProperties: client, ext_consumer_id: ext, number } = talk.consumer;
  const { ctmrinfo, personal, ...plain } = profile ?? {};
  const rating = talk.csat && typeof talk.csat === "object" ? talk.csat : {};
  const survey = talk.dialogs.find((dialog) => dialog.type === "POST_SURVEY");
  const people = talk.participants.map(({ id, role, state: is }) => ({
    field: `participant.${role}`, name: role.replaceAll("_", " ").toLowerCase(), text: `${talk.agent?.id === id ? talk.agent.nickname : id.slice(0, 8)}${is === "SUGGESTED" ? " (asked)" : ""}`,
  }));
  return [
    ["Consumer", [...one("number", "Number", number), ...facts("profile", plain), ...one("ext_consumer_id", "External id", ext), ...one("chatState", "Presence", chatState?.toLowerCase())]],
    ["Customer (ctmrinfo)", facts("ctmrinfo", ctmrinfo)],
    ["Personal", facts("personal", personal)],
    ["Conversation", [
      ...one("id", "Id", talk.id), ...one("startedAt", "Started", clock(talk.startedAt)), ...one("skillId", "Skill", talk.skillId),
      ...one("ttr", "Response target", talk.ttr && `${talk.ttr.ttrType} (${talk.ttr.value} s)`),
      ...facts("campaign", talk.request?.campaignInfo), ...one("lang", "Language", talk.request?.conversationContext?.lang),
    ]],
    ["Survey and rating", [
      ...one("survey", "Survey", survey ? (survey.state === "OPEN" ? "running" : `closed by ${(survey.closedBy ?? "").toLowerCase()}`) : ""),
      ...one("surveyCause", "Because", survey?.closedCause), ...facts("csat", rating),
    ]],
    ["In it", people],
    ["Can show", one("features", "Features", (client?.features ?? []).join(", ").toLowerCase().replaceAll("_", " "))],
  ].filter(([, list]) => list.length);
}

export function showConsumer(talk) {
  const box = $("consumer");
  const items = talk ? sections(talk).map(([title, list]) => ({ key: title, print: JSON.stringify(list), title, list })) : [];
  const avatar = talk?.consumer.profile?.avatarUrl;
  if (avatar) items.unshift({ key: "avatar", print: avatar });
  sync(box, items, (item) => (item.list ? section(item) : make("div", { class: "avatar" }, picture(item.print, "the consumer's picture"))));
}

function section({ title, list }) {
  const pairs = list.flatMap(({ field, name, text }) => [make("dt", {}, name), make("dd", { "data-field": field, title: text }, text)]);
  return make("section", {}, make("h3", {}, title), make("dl", {}, ...pairs));
}
