// A destination that fails, for all or for one person: nothing is given up, and who is not concerned does not notice.
// `npm run crash` does the same for longer.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { evicted, onePlatform, unreachable } from "./support/hardships.mjs";
import { startWorld } from "./support/harness.mjs";

let world;
before(async () => (world = await startWorld({ app: true })));
after(() => world?.stop());

async function own(hardship, t) {
  const there = await startWorld({ app: true });
  try {
    const { violations, ...figures } = await hardship(there);
    t.diagnostic(JSON.stringify(figures));
    assert.deepEqual(violations, []);
    assert.equal(figures.delivered, figures.sent);
    return figures;
  } finally {
    await there.stop();
  }
}

test("LiveEngage unreachable, with kills in the middle of it: nothing is given up, and all comes in order", { timeout: 180_000 }, async (t) => {
  await own((there) => unreachable(there, { consumers: 6, seconds: 6, kills: 2 }), t);
});

for (const ill of ["fails", "is slow", "does not answer"]) {
  test(`a platform that ${ill} for one person by SMS and one by the app: the others do not notice`, { timeout: 180_000 }, async (t) => {
    const { others } = await own((there) => onePlatform(there, ill, { consumers: 8, count: 4 }), t);
    assert.equal(others.texts, 6 * 4);
  });
}

test("an object that was evicted between two messages is loaded from its storage", { timeout: 120_000 }, async (t) => {
  const { violations, ...figures } = await evicted(world);
  t.diagnostic(JSON.stringify(figures));
  assert.deepEqual(violations, []);
});
