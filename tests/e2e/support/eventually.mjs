// Waiting for what must come true, with a message that says what was seen instead.

import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";

const TAIL = 30;

function tail(world) {
  if (!world) return "";
  const lines = world.logs().trimEnd().split("\n").slice(-TAIL);
  return `\nthe connector's last words:\n${lines.map((line) => `  | ${line}`).join("\n")}`;
}

/**
 * Calls `check` until it answers something truthy, which is answered. A check that throws (an assertion) has not come
 * true yet. `world` adds the connector's log to the failure.
 */
export async function eventually(check, { timeout = 10_000, every = 50, label = "it", world } = {}) {
  const started = Date.now();
  let seen = { value: undefined };
  for (;;) {
    try {
      const value = await check();
      if (value) return value;
      seen = { value };
    } catch (error) {
      seen = { error };
    }
    if (Date.now() - started >= timeout) break;
    await sleep(every);
  }
  const last = seen.error ? `last failure: ${seen.error.message}` : `last value: ${inspect(seen.value, { depth: 6 })}`;
  throw new Error(`${label} did not come true within ${timeout} ms; ${last}${tail(world)}`);
}
