// Random numbers that can be had again: a run prints its seed.

/** A generator of numbers from 0 to 1 (mulberry32). */
export function dice(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    seed,
    next,
    between: (least, most) => least + next() * (most - least),
    one: (list) => list[Math.floor(next() * list.length)],
    chance: (part) => next() < part,
  };
}

/** The seed from `--seed`, or from CRASH_SEED, or a new one. */
export function seedOf(given = process.env.CRASH_SEED) {
  return given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given);
}
