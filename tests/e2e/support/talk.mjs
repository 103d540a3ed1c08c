// Conversations that go on whatever happens to the connector, and the judgement of what came of them: nothing lost, order
// exact in each direction, and twice only what the stored trace says nobody could know.

import { setTimeout as sleep } from "node:timers/promises";

import { post } from "./app.mjs";
import { eventually } from "./eventually.mjs";
import { agentSays, conversationOf, phone, sendFromPhone, textsOnDesk } from "./people.mjs";

const PATIENT = { timeout: 60_000, every: 200 };
/** Tries of a sender until the connector takes what it has. */
const TRIES = 600;

/** One person and the agent who answers, by SMS or by the app. */
export class Talk {
  constructor(world, n, { app = false } = {}) {
    this.world = world;
    this.app = app;
    this.n = n;
    this.person = app ? `person-${n}` : phone(world, 100 + n);
    /** What was said and taken, in order: `{ text, key, at }`; the key is that of its row. */
    this.up = [];
    this.down = [];
  }

  /** The first text opens the conversation. */
  async begin() {
    await this.say("hello");
    const { id } = await eventually(() => conversationOf(this.world, this.person), { ...PATIENT, world: this.world });
    this.id = id;
    await eventually(async () => (await this.onDesk()).length === 1, { ...PATIENT, world: this.world });
    return this;
  }

  /** The person writes, and tries until it is taken, with the same id each time: what platforms and their users do. */
  async say(text) {
    const number = this.up.length;
    const id = this.app
      ? `${this.person}-${number}`
      : `SM${String(this.n).padStart(16, "0")}${String(number).padStart(16, "0")}`;
    const said = { text, key: `c:${id}`, at: Date.now() };
    this.up.push(said);
    const attempt = this.app ? () => this.#post(id, text) : (again) => this.#send(id, text, again);
    for (let tries = 0; tries < TRIES; tries += 1) {
      if ((await attempt(tries > 0)) === 200) return said;
      await sleep(200);
    }
    throw new Error(`${said.key} was never taken`);
  }

  async #send(sid, text, again) {
    // The simulated Twilio gives up after some tries; then it is asked to begin again.
    const asked = again
      ? await this.world.control("POST", `/control/callbacks/${sid}/redeliver`)
      : await sendFromPhone(this.world, this.person, text, { sid });
    return asked.status;
  }

  async #post(id, text) {
    const event = { type: "message", id, from: this.person, content: { type: "text", text }, profile: { user_id: this.person } };
    try {
      return (await post(this.world, event)).status;
    } catch {
      return 0; // Nobody listens.
    }
  }

  /** The agent writes. LiveEngage tries until it is taken. */
  async hear(text) {
    const said = { text, at: Date.now() };
    this.down.push(said);
    const { sequence, dialogId } = await agentSays(this.world, this.id, text);
    said.key = `l:${dialogId}:${sequence}`;
    return said;
  }

  /** The texts that the agent sees, in order. */
  onDesk() {
    return textsOnDesk(this.world, this.id);
  }

  /** What the person was shown: `{ text, at }`, in order. */
  async shown() {
    if (this.app) {
      const taken = new Set();
      const messages = this.world.app.posts.filter(({ body, status, id }) => {
        const first = body.to === this.person && body.type === "message" && status === 200 && !taken.has(id);
        return first && taken.add(id);
      });
      return messages.map(({ body, at }) => ({ text: body.text, at }));
    }
    const { messages } = await this.world.control("GET", `/control/phones/${encodeURIComponent(this.person)}`);
    return messages.filter(({ direction }) => direction === "received").map(({ text, at }) => ({ text, at }));
  }

  async onPhone() {
    return (await this.shown()).map(({ text }) => text);
  }
}

/** So many conversations, the later half of them by the app where the world has one. */
export async function talks(world, count) {
  const all = Array.from({ length: count }, (_, n) => new Talk(world, n, { app: world.app !== undefined && n >= count / 2 }));
  await Promise.all(all.map((talk) => talk.begin()));
  return all;
}

/** The stored rows by key. */
export function rowsByKey(world) {
  return new Map(world.rows(["message"]).map((row) => [row.key, row]));
}

/** What became of what was said. An event that the object could not read is a dead letter by another name, which holds its id. */
function rowOf(rows, said) {
  const found = rows.get(said.key);
  if (found) return found;
  const id = `${said.key.slice(2)}\\"`;
  return [...rows.values()].find(({ key, content }) => key.startsWith("x:") && content?.includes(id));
}

function unknownsIn(row) {
  return JSON.parse(row?.trace ?? "[]").filter(({ event }) => event === "unknown").length;
}

function withoutNeighbours(texts) {
  return texts.filter((text, at) => text !== texts[at - 1]);
}

/** One direction of one conversation: what was sent, against what was seen. `givenUp(said, row)` allows a dead letter. */
export function judged({ whose, sent, seen, rows, givenUp = () => false }) {
  const violations = [];
  const kept = sent.filter((said) => {
    const row = rowOf(rows, said);
    if (row?.state !== "refused") return true;
    if (!givenUp(said, row)) violations.push(`${whose}: "${said.text}" is a dead letter: ${row.detail}`);
    return seen.includes(said.text);
  });
  const expected = kept.map(({ text }) => text);
  const order = withoutNeighbours(seen);
  const lost = expected.filter((text) => !seen.includes(text));
  if (lost.length > 0) violations.push(`${whose}: lost ${lost.length}, first "${lost[0]}": ${JSON.stringify(rows.get(kept.find(({ text }) => text === lost[0]).key))}`);
  const at = expected.findIndex((text, index) => text !== order[index]);
  if (lost.length === 0 && (at >= 0 || order.length !== expected.length)) {
    violations.push(`${whose}: out of order from ${at}: "${expected[at]}" expected, "${order[at]}" seen`);
  }
  let doubled = 0;
  for (const said of kept) {
    const times = seen.filter((text) => text === said.text).length;
    if (times < 2) continue;
    doubled += times - 1;
    if (unknownsIn(rows.get(said.key)) < times - 1) {
      violations.push(`${whose}: "${said.text}" came ${times} times, and its trace does not say why: ${rows.get(said.key)?.trace}`);
    }
  }
  return { sent: sent.length, delivered: expected.length - lost.length, deadLetters: sent.length - kept.length, doubled, violations };
}

const sum = (parts, name) => parts.reduce((total, part) => total + part[name], 0);

/** Waits until everything has arrived that is going to, then judges both directions of all conversations. */
export async function judge(world, all, { timeout = 120_000, givenUp } = {}) {
  const open = new Set(all);
  const until = Date.now() + timeout;
  const settled = (rows, sent, seen) => {
    const texts = new Set(seen);
    return sent.every(({ text, key }) => texts.has(text) || rowOf(rows, { key })?.state === "refused");
  };
  while (open.size > 0 && Date.now() < until) {
    const rows = rowsByKey(world);
    for (const talk of open) {
      if (settled(rows, talk.up, await talk.onDesk()) && settled(rows, talk.down, await talk.onPhone())) open.delete(talk);
    }
    if (open.size > 0) await sleep(500);
  }
  // An attempt that nobody knows the end of may still have its effect.
  await sleep(1000);
  const rows = rowsByKey(world);
  const parts = [];
  for (const talk of all) {
    parts.push(judged({ whose: `${talk.person} at the desk`, sent: talk.up, seen: await talk.onDesk(), rows, givenUp }));
    parts.push(judged({ whose: `${talk.person}'s screen`, sent: talk.down, seen: await talk.onPhone(), rows, givenUp }));
  }
  const violations = parts.flatMap((part) => part.violations);
  const unreadable = world.logs().split("\n").filter((line) => /storage_failed|cannot be read|panicked/.test(line));
  violations.push(...unreadable.map((line) => `the connector says: ${line}`));
  violations.push(...(world.app?.faults ?? []).map((fault) => `the app says: ${fault}`));
  return {
    sent: sum(parts, "sent"),
    delivered: sum(parts, "delivered"),
    deadLetters: sum(parts, "deadLetters"),
    doubled: sum(parts, "doubled"),
    violations,
  };
}
