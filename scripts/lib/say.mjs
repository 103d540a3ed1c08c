// What the scripts print, and how they fail: in sentences.

/** A failure that the person at the terminal can act on. Printed without a stack. */
export class Problem extends Error {}

export function say(line = "") {
  process.stdout.write(`${line}\n`);
}

export function heading(title) {
  say(`\n== ${title}`);
}

/** Runs a script's main function; a Problem ends it with its sentence, anything else with its stack. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    process.stderr.write(`\n${error instanceof Problem ? error.message : error.stack}\n`);
    process.exit(1);
  }
}

/** Prints that a long step is still going on, with the seconds so far, until stopped. */
export function heartbeat(detail = () => "", everySeconds = 15) {
  const started = Date.now();
  const elapsed = () => Math.round((Date.now() - started) / 1000);
  const timer = setInterval(() => {
    const more = detail();
    say(`   … ${elapsed()} s${more ? `, ${more}` : ""}`);
  }, everySeconds * 1000);
  return { elapsed, stop: () => clearInterval(timer) };
}

export function isMain(moduleUrl) {
  return process.argv[1] !== undefined && moduleUrl === new URL(`file://${process.argv[1]}`).href;
}
