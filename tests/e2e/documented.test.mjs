// docs/connector-api.md: every row is complete, every test and file that it names exists, and every request type, event
// and field that the code names stands in it. docs/security.md: every test and fuzz target that it names exists.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { inRoot } from "../../scripts/lib/places.mjs";

const DOCUMENT = readFileSync(inRoot("docs", "connector-api.md"), "utf8");

/** The tables: `{ header, rows }`, each row a list of cells. */
function tables(text) {
  const found = [];
  let table;
  for (const line of text.split("\n")) {
    if (!line.startsWith("|")) {
      table = undefined;
      continue;
    }
    const cells = line.split("|").slice(1, -1).map((cell) => cell.trim());
    if (!table) found.push((table = { header: cells, rows: [] }));
    else if (!cells.every((cell) => /^-+$/.test(cell))) table.rows.push(cells);
  }
  return found;
}

/** What a test file's tests are called; a part of a name that is filled in stands for anything. */
function namesIn(file) {
  const calls = readFileSync(inRoot("tests", "e2e", file), "utf8").matchAll(/^\s*test\(\s*("(?:[^"\\]|\\.)*"|`[^`]*`)/gm);
  return [...calls].map(([, name]) => {
    const parts = name.slice(1, -1).split(/\$\{[^}]*\}/);
    return new RegExp(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".+")}$`);
  });
}

function exists(reference) {
  const [file, name] = reference.split(" › ");
  const there = /^[a-z-]+\.test\.mjs$/.test(file) && existsSync(inRoot("tests", "e2e", file));
  return there && name !== undefined && namesIn(file).some((known) => known.test(name));
}

const ALL = tables(DOCUMENT);
const tested = ALL.filter(({ header }) => header.at(-1) === "End-to-end test");

test("no cell is empty, and every row is whole", () => {
  assert.ok(ALL.length >= 11);
  for (const { header, rows } of ALL) {
    assert.ok(rows.length > 0, header.join());
    for (const row of rows) {
      assert.equal(row.length, header.length, row.join(" | "));
      for (const cell of row) assert.ok(cell.replaceAll(/[`…\s-]/g, "") !== "", `an empty cell in: ${row.join(" | ")}`);
    }
  }
});

test("every test that is named exists", () => {
  assert.ok(tested.reduce((sum, { rows }) => sum + rows.length, 0) > 100);
  for (const { rows } of tested) {
    for (const row of rows) {
      for (const reference of row.at(-1).split("<br>")) {
        assert.match(reference, /^`[^`]+`$/);
        assert.ok(exists(reference.slice(1, -1)), `there is no such test: ${reference}`);
      }
    }
  }
  assert.ok(!exists("files.test.mjs › no such test") && !exists("nothing.test.mjs › x"), "this check cannot fail");
});

test("every source file that is named exists", () => {
  for (const { header, rows } of tested.filter(({ header }) => header.includes("Where in the code"))) {
    for (const row of rows) {
      for (const path of row[header.indexOf("Where in the code")].split(", ")) {
        assert.match(path, /^`(src|cli)\/[^`]+\.rs`$/);
        assert.ok(existsSync(inRoot(path.slice(1, -1))), `there is no ${path}`);
      }
    }
  }
});

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "tests" ? [] : sources(path);
    return entry.name.endsWith(".rs") && entry.name !== "tests.rs" ? [readFileSync(path, "utf8").split("#[cfg(test)]")[0]] : [];
  });
}

test("every type, event, status, state and field of an update that the code names stands in a table", () => {
  const code = sources(inRoot("src", "liveengage")).join("\n").replaceAll(/^\s*\/\/.*$/gm, "");
  const patterns = [
    /"((?:ms|cm|cqm|userprofile)\.[A-Za-z]+)"/g,
    /"([A-Z][A-Za-z]+Event)"/g,
    /"field": "([A-Za-z]+)"/g,
    /"((?:hosted|external|forms)\/[a-z-]+)"/g,
    /=> "([A-Z]{2,}(?:_[A-Z]+)*)"/g,
  ];
  const names = new Set(patterns.flatMap((pattern) => [...code.matchAll(pattern)].map(([, name]) => name)));
  assert.ok(names.size >= 25, [...names].join(" "));
  const rows = ALL.flatMap(({ rows }) => rows.map((row) => row.slice(0, -1).join(" "))).join("\n");
  const missing = [...names].filter((name) => !new RegExp(`\\b${name.replace(".", "\\.")}\\b`).test(rows));
  assert.deepEqual(missing, [], "they stand in no table");
});

const SECURITY = tables(readFileSync(inRoot("docs", "security.md"), "utf8")).filter(({ header }) => header.at(-1) === "Test");

/** A native test: `path › function`; a fuzz target: `fuzz name`; or an end-to-end test. */
function isTested(reference) {
  const [place, name] = reference.split(" › ");
  if (place.endsWith(".rs")) {
    return existsSync(inRoot(place)) && new RegExp(`^\\s*fn ${name}\\(`, "m").test(readFileSync(inRoot(place), "utf8"));
  }
  const target = reference.match(/^fuzz ([a-z_]+)$/);
  if (target) return readFileSync(inRoot("fuzz", "src", "targets", "mod.rs"), "utf8").includes(`name: "${target[1]}"`);
  return exists(reference);
}

test("every input of docs/security.md has tests, and they exist", () => {
  const rows = SECURITY.flatMap(({ rows }) => rows);
  assert.ok(rows.length > 40, `${rows.length} rows`);
  const missing = rows.flatMap((row) => row.at(-1).split("<br>")).filter((reference) => !/^`[^`]+`$/.test(reference) || !isTested(reference.slice(1, -1)));
  assert.deepEqual(missing, []);
  for (const none of ["src/feed.rs › no_such_test", "src/no.rs › x", "fuzz no_such_target", "attack.test.mjs › no such test"]) {
    assert.ok(!isTested(none), `this check cannot fail: ${none}`);
  }
});

test("every fuzz target stands in docs/security.md", () => {
  const targets = [...readFileSync(inRoot("fuzz", "src", "targets", "mod.rs"), "utf8").matchAll(/name: "([a-z_]+)"/g)].map(([, name]) => name);
  assert.ok(targets.length >= 19);
  const named = SECURITY.flatMap(({ rows }) => rows.map((row) => row.at(-1))).join(" ");
  assert.deepEqual(targets.filter((name) => !named.includes(`\`fuzz ${name}\``)), []);
});
