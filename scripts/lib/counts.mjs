// How many tests passed and failed, read from what the runners print.

const ESCAPES = /\u001b\[[0-9;]*m/g;

const sum = (text, pattern) => [...text.matchAll(pattern)].reduce((total, found) => total + Number(found[1]), 0);

export function cargoCounts(output) {
  const text = output.replace(ESCAPES, "");
  return {
    passed: sum(text, /^test result: .*?(\d+) passed/gm),
    failed: sum(text, /^test result: .*?(\d+) failed/gm),
    skipped: sum(text, /^test result: .*?(\d+) ignored/gm),
  };
}

export function nodeCounts(output) {
  const text = output.replace(ESCAPES, "");
  const line = (name) => sum(text, new RegExp(`^(?:#|ℹ) ${name} (\\d+)$`, "gm"));
  return {
    passed: line("pass"),
    failed: line("fail") + line("cancelled"),
    skipped: line("skipped") + line("todo"),
  };
}

/** The tests that a runner says have failed, each with the first line of why: `name: why`. */
export function failures(output) {
  const lines = output.replace(ESCAPES, "").split("\n");
  const found = [];
  const start = lines.findIndex((line) => line.startsWith("✖ failing tests:"));
  if (start >= 0) {
    lines.slice(start + 1).forEach((line, at, rest) => {
      const name = line.match(/^✖ (.*) \([\d.]+ms\)$/)?.[1];
      if (name) found.push(`${name}: ${(rest[at + 1] ?? "").trim()}`);
    });
  }
  lines.forEach((line, at) => {
    const name = line.match(/^---- (.+) stdout ----$/)?.[1];
    if (!name) return;
    const why = lines.slice(at + 1, at + 6).filter((one) => one.trim() && !/^thread '/.test(one));
    found.push(`${name}: ${(why[0] ?? "").trim()}`);
  });
  return found.map((one) => one.slice(0, 400));
}

/** Of a closing line `NAME: N passed, N failed`. Without one, nothing has passed. */
export function closingCounts(name, output) {
  const line = output.replace(ESCAPES, "").match(new RegExp(`^${name}: (\\d+) passed, (\\d+) failed$`, "m"));
  return { passed: Number(line?.[1] ?? 0), failed: Number(line?.[2] ?? 0), skipped: 0 };
}

/** A runner that failed without counting a failure (it did not compile, it crashed) has failed once. */
export function honest(counts, code) {
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}
