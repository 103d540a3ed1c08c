// The settings of wrangler.toml as wrangler reads them, and how a run on other ports changes them.

import { inRoot } from "./places.mjs";

export const USUAL_PORTS = { connector: 8787, simulator: 8790 };

/** wrangler.toml, read by wrangler itself. Needs the project's Node. */
export async function readSettings() {
  const { unstable_readConfig } = await import("wrangler");
  return unstable_readConfig({ config: inRoot("wrangler.toml") }, { hideWarnings: true });
}

/** The vars with every address of the usual local run replaced by that of this one. */
export function varsAt(vars, { publicUrl, simulatorUrl }) {
  const text = JSON.stringify(vars)
    .replaceAll(/http:\/\/(localhost|127\.0\.0\.1):8787/g, publicUrl)
    .replaceAll(/http:\/\/(localhost|127\.0\.0\.1):8790/g, simulatorUrl);
  return JSON.parse(text);
}

/**
 * What `wrangler dev --var` must be told on other ports than the usual ones: only the vars that change. A table goes as
 * JSON text, which the connector takes as well.
 */
export async function overridesFor(ports) {
  if (ports.connector === USUAL_PORTS.connector && ports.simulator === USUAL_PORTS.simulator) return {};
  const { vars } = await readSettings();
  const moved = varsAt(vars, {
    publicUrl: `http://localhost:${ports.connector}`,
    simulatorUrl: `http://127.0.0.1:${ports.simulator}`,
  });
  const text = (value) => (typeof value === "string" ? value : JSON.stringify(value));
  const changed = Object.keys(moved).filter((name) => text(moved[name]) !== text(vars[name]));
  return Object.fromEntries(changed.map((name) => [name, text(moved[name])]));
}
