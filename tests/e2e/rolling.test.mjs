// Two releases of the connector: in turns on one disk, side by side, and back. The neighbour is by default a later release made
// from this one (tests/neighbour/later-release.mjs); `npm run rolling -- --against REF` takes an earlier one.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { before, test } from "node:test";

import { inRoot } from "../../scripts/lib/places.mjs";
import { dice, seedOf } from "./support/dice.mjs";
import { hasty, killed } from "./support/hardships.mjs";
import { eventually, startWorld } from "./support/harness.mjs";
import { judge, rowsByKey, talks } from "./support/talk.mjs";

const OURS = inRoot("dist");
const NEIGHBOUR = process.env.NEIGHBOUR ?? inRoot(".neighbours", "later", "dist");
/** An earlier release knows nothing of the later one's kinds, and nobody speaks of them. */
const LATER = process.env.NEIGHBOUR_IS !== "earlier";

before(() => assert.ok(existsSync(NEIGHBOUR), "the neighbour is not built: npm run rolling -- --build"));

/** Every fourth text is something that only the later release has a name for. */
function words(direction, n) {
  if (!LATER) return `${direction} ${n}`;
  if (n % 4 === 1) return `poll ${direction} ${n}`;
  if (n % 4 === 3 && direction === "up") return `note ${direction} ${n}`;
  return `${direction} ${n}`;
}

/** Given up may be only what the older release could not read, and then it is kept whole. */
function givenUp({ text }, row) {
  return LATER && /^(poll|note) /.test(text) && row.content.includes(text);
}

async function run(t, body) {
  const world = await startWorld({ app: true });
  const random = dice(seedOf());
  try {
    const { violations, ...figures } = await body(world, random);
    t.diagnostic(JSON.stringify({ seed: random.seed, ...figures }));
    assert.deepEqual(violations, [], `seed ${random.seed}`);
    assert.ok(figures.sent > 0);
    assert.equal(figures.delivered + figures.deadLetters, figures.sent);
    return { world, figures };
  } finally {
    await world.stop();
  }
}

test("two releases in turns, with kill -9 between them under load: nothing lost, order exact, every row read", { timeout: 300_000 }, (t) =>
  run(t, (world, random) => killed(world, random, { consumers: 6, kills: 10, bundles: [OURS, NEIGHBOUR], words, givenUp, disturbed: true })));

for (const [name, front, objects] of [
  ["the neighbour's Worker calls this release's objects", NEIGHBOUR, OURS],
  ["this release's Worker calls the neighbour's objects", OURS, NEIGHBOUR],
]) {
  test(`${name}: nothing lost, order exact`, { timeout: 300_000 }, (t) =>
    run(t, (world, random) => killed(world, random, { consumers: 6, kills: 4, bundles: [{ front, objects }], words, givenUp })));
}

test("rolled back after rows of a later release were stored, and forward again", { timeout: 300_000 }, async (t) => {
  const [older, newer] = LATER ? [OURS, NEIGHBOUR] : [NEIGHBOUR, OURS];
  const world = await startWorld({ app: true, bundle: newer });
  try {
    await hasty(world);
    const all = await talks(world, 4);
    // The newer release stores what it cannot send yet.
    await world.control("POST", "/control/outage", { liveengage: true });
    const offered = ["first", "poll second", "note third", "fourth"];
    for (const text of offered) await Promise.all(all.map((talk) => talk.say(text)));
    world.runtime.bundle = older;
    await world.restart();
    await world.control("POST", "/control/outage", { liveengage: false });
    await Promise.all(all.map((talk) => talk.say("fifth")));
    const desk = async (talk) => (await talk.onDesk()).at(-1) === "fifth";
    for (const talk of all) await eventually(() => desk(talk), { timeout: 60_000, label: "the last text", world });
    const kept = [...rowsByKey(world).values()].filter(({ state }) => state === "refused");
    if (LATER) {
      // What the older one cannot read is kept whole, once for each, and says so.
      assert.equal(kept.length, all.length);
      for (const { content, detail } of kept) {
        assert.match(content, /poll second/);
        assert.match(detail, /content of another release \(poll\)/);
      }
      // What the later one noted beside it is still there.
      const rows = [...rowsByKey(world).values()].filter(({ key }) => key.startsWith("c:"));
      assert.ok(rows.some(({ trace }) => JSON.parse(trace).some(({ event }) => event === "other")), "its steps read as other");
      assert.ok(rows.some(({ detail }) => JSON.parse(detail).weight === 7), "its fields are written back");
    } else {
      assert.deepEqual(kept, []);
    }
    world.runtime.bundle = newer;
    await world.restart();
    await Promise.all(all.flatMap((talk) => [talk.say("sixth"), talk.hear("answer")]));
    const { violations, ...figures } = await judge(world, all, { givenUp });
    t.diagnostic(JSON.stringify(figures));
    assert.deepEqual(violations, []);
  } finally {
    await world.stop();
  }
});
