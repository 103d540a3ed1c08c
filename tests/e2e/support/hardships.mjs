// What the connector has to bear, at any length: each hardship befalls a world with conversations and answers figures and
// violations. tests/e2e/crash.test.mjs and isolation.test.mjs run them short, `npm run crash` runs them long.

import { setTimeout as sleep } from "node:timers/promises";

import { eventually } from "./eventually.mjs";
import { changeRows } from "./store.mjs";
import { judge, rowsByKey, talks } from "./talk.mjs";

const PATIENT = { timeout: 90_000, every: 200 };
const fault = (world, rule) => world.control("POST", "/control/faults", rule);
const mend = (world) => world.control("DELETE", "/control/faults");
const outage = (world, liveengage) => world.control("POST", "/control/outage", { liveengage });

/** LiveEngage tries again soon, so that a run of many kills does not wait for its pauses. */
export const hasty = (world) => world.control("POST", "/control/settings", { webhook_retry_ms: 100, webhook_retry_cap_ms: 500 });

/**
 * kill -9 and start. A quarter of the kills fall into a start or what it does first; the others into the midst of traffic,
 * however fast the machine is: some texts after the start. `taken()` counts texts that were taken.
 */
async function killOnce(world, random, { taken, most, bundle }) {
  if (random.chance(0.25)) {
    await sleep(random.between(0, 300));
  } else {
    const enough = taken() + random.between(1, most);
    for (const until = Date.now() + 10_000; taken() < enough && Date.now() < until; ) await sleep(10);
    await sleep(random.between(0, 400));
  }
  if (bundle) world.runtime.bundle = bundle;
  await world.restart();
}

/** One disturbance of the world around, from beginning to end. */
async function disturb(world, random, all) {
  const victim = random.one(all);
  const match = { number: victim.person };
  const kind = random.one(["outage", "platform", "lost answers", "hang", "tokens"]);
  if (kind === "outage") {
    await outage(world, true);
    await sleep(random.between(500, 4000));
    return outage(world, false);
  }
  if (kind === "platform") {
    if (victim.app) return world.app.upset(victim.person, () => ({ status: 500 }), random.between(500, 3000));
    return fault(world, { on: "twilio", action: { kind: "status", status: 500 }, times: 2, match });
  }
  if (kind === "lost answers") {
    await fault(world, { on: "twilio", action: { kind: "drop_after" }, times: 1 });
    return fault(world, { on: "publish", action: { kind: "drop_after" }, times: 2 });
  }
  if (kind === "hang") {
    return fault(world, { on: random.one(["publish", "twilio"]), action: { kind: "hang", ms: 20_000, after: random.chance(0.5) }, times: 1 });
  }
  await world.control("POST", "/control/tokens/expire");
}

/**
 * Everybody talks in both directions until the last kill. `minutes` is the least that it takes, `disturbed` adds outages,
 * failing and hanging destinations and lost answers around the kills, `bundles` are releases that take turns, `words(n)` what is
 * said in the n-th round. `patience` (ms) is for what is left at the end: what was cut off again and again waits up to five minutes for
 * its next attempt, and a backlog behind it.
 */
export async function killed(
  world,
  random,
  { consumers, kills, minutes = 0, disturbed = false, bundles, words, givenUp, patience = 180_000, pace = [20, 250], onKill = () => {} },
) {
  await hasty(world);
  const all = await talks(world, consumers);
  const until = Date.now() + minutes * 60_000;
  let finished = false;
  let done = 0;
  let taken = 0;
  const killer = (async () => {
    while (done < kills || Date.now() < until) {
      await killOnce(world, random, { taken: () => taken, most: 2 * consumers, bundle: bundles?.[(done + 1) % bundles.length] });
      done += 1;
      onKill(done);
    }
  })().finally(() => (finished = true));
  const said = words ?? ((direction, n) => `${direction} ${n}`);
  const talkers = all.map(async (talk) => {
    for (let n = 0; !finished; n += 1) {
      await Promise.all([talk.say(said("up", n)), talk.hear(said("down", n))]);
      taken += 1;
      await sleep(random.between(...pace));
    }
  });
  const disturber = (async () => {
    while (disturbed && !finished) {
      await disturb(world, random, all);
      await sleep(random.between(200, 1500));
    }
  })();
  await Promise.all([killer, disturber, ...talkers]);
  if (disturbed) await mend(world);
  const figures = await judge(world, all, { timeout: patience, givenUp });
  return { name: "kills under load", kills: done, ...figures };
}

/** LiveEngage cannot be reached for a while, in the middle of which the connector is killed, and more is said. */
export async function unreachable(world, { consumers, seconds, kills, patience = 120_000 }) {
  await hasty(world);
  const all = await talks(world, consumers);
  await outage(world, true);
  const until = Date.now() + seconds * 1000;
  for (let n = 0; n < kills || Date.now() < until; n += 1) {
    await Promise.all(all.map((talk) => talk.say(`during ${n}`)));
    await sleep((seconds * 1000) / (kills + 1));
    if (n < kills) await world.restart();
  }
  const atDesk = await Promise.all(all.map((talk) => talk.onDesk()));
  const early = atDesk.flat().filter((text) => text !== "hello");
  const given = [...rowsByKey(world).values()].filter(({ state }) => state === "refused");
  await outage(world, false);
  const figures = await judge(world, all, { timeout: patience });
  if (early.length > 0) figures.violations.push(`something came through an outage: ${early[0]}`);
  if (given.length > 0) figures.violations.push(`given up because of an outage: ${given[0].key}`);
  return { name: `LiveEngage unreachable for ${seconds} s`, kills, ...figures };
}

const median = (numbers) => numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];

/** The agents write to everybody in rounds, the next one when all have come; answers how long each text was on its way. */
async function rounds(world, all, word, count) {
  const times = [];
  for (let n = 0; n < count; n += 1) {
    const sent = await Promise.all(all.map(async (talk) => ({ talk, said: await talk.hear(`${word} ${n}`) })));
    for (const { talk, said } of sent) {
      const arrived = await eventually(async () => (await talk.shown()).find(({ text }) => text === said.text), {
        ...PATIENT,
        label: `"${said.text}" on the screen of ${talk.person}`,
        world,
      });
      times.push({ took: arrived.at - said.at, at: arrived.at, key: said.key });
    }
  }
  return times;
}

/** How a platform may treat one person, by SMS and by the app. */
const ILLS = {
  fails: { rule: { kind: "status", status: 500 }, answer: () => ({ status: 500 }) },
  "is slow": { rule: { kind: "delay", ms: 3000 }, answer: () => sleep(3000) },
  "does not answer": { rule: { kind: "hang", ms: 60_000 }, answer: () => sleep(60_000).then(() => ({ status: 503 })) },
};

/** The platform is ill for two persons, one by SMS and one by the app; what the others notice of it. */
export async function onePlatform(world, ill, { consumers, count }) {
  await hasty(world);
  const all = await talks(world, consumers);
  const [bySms, byApp] = [all.find(({ app }) => !app), all.find(({ app }) => app)];
  const victims = [bySms, byApp];
  const others = all.filter((talk) => !victims.includes(talk));
  await rounds(world, others, "to warm up", 2);
  const before = await rounds(world, others, "before", count);
  const { rule, answer } = ILLS[ill];
  await fault(world, { on: "twilio", action: rule, times: null, match: { number: bySms.person } });
  world.app.upset(byApp.person, answer);
  const since = Date.now();
  for (const victim of victims) for (let n = 0; n < 2; n += 1) await victim.hear(`during ${n}`);
  const during = await rounds(world, others, "during", count);
  const toOthers = Math.max(...during.map(({ at }) => at));
  const toVictims = (await Promise.all(victims.map((victim) => victim.shown()))).flat().map(({ at }) => at);
  await mend(world);
  world.app.content(byApp.person);
  const figures = await judge(world, all, { timeout: 120_000 });
  const overtaken = toVictims.filter((at) => at > since && at < toOthers).length;
  if (ill !== "is slow" && overtaken > 0) figures.violations.push("the ill platform took something");
  // The others' texts do not wait for the ill one's. A slow machine may be slow for them too, as it was before.
  const [last] = during.toSorted((one, other) => other.took - one.took);
  const usual = Math.max(...before.map(({ took }) => took));
  if (last.took > Math.max(3000, 3 * usual)) {
    const row = rowsByKey(world).get(last.key);
    figures.violations.push(`one of the others waited ${last.took} ms, before at most ${usual} ms: accepted ${row?.accepted_at}, ${row?.trace}`);
  }
  return {
    name: `the platform ${ill} for two persons`,
    kills: 0,
    ...figures,
    others: { texts: during.length, before: median(before.map(({ took }) => took)), during: median(during.map(({ took }) => took)), slowest: last.took },
  };
}

/**
 * The runtime evicts objects that nobody calls for some ten seconds. That the next message meets an object loaded from its
 * storage shows in where it goes: the address is changed there meanwhile.
 */
export async function evicted(world) {
  const [talk] = await talks(world, 1);
  const elsewhere = "+15550209999";
  const move = (from, to) =>
    changeRows(world.runtime.disk, "Conversation", `UPDATE state SET value = replace(value, '"address":"${from}"', '"address":"${to}"') WHERE name = 'consumer'`);
  const textsAt = async (number) => {
    const { phones } = await world.control("GET", "/control/phones");
    const messages = phones.find((known) => known.number === number)?.messages ?? [];
    return messages.filter(({ direction }) => direction === "received").map(({ text }) => text);
  };
  const came = (number, text) =>
    eventually(async () => (await textsAt(number)).includes(text), { timeout: 20_000, label: `"${text}" at ${number}`, world });
  const violations = [];
  await talk.hear("one");
  await came(talk.person, "one");
  await eventually(() => !world.runtime.holdsOpen("Conversation"), { timeout: 60_000, label: "the eviction", world });
  if (move(talk.person, elsewhere) !== 1) violations.push("there was nothing to change");
  const said = await talk.hear("two");
  await came(elsewhere, "two").catch((error) => violations.push(error.message));
  await talk.say("three");
  talk.down = talk.down.filter((one) => one !== said);
  const figures = await judge(world, [talk]);
  return { name: "an object evicted between messages", kills: 0, ...figures, violations: [...violations, ...figures.violations] };
}
