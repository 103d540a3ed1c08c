// Looks into the objects' databases on disk, also while the runtime has them open: it reads copies.

import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const TRIES = 5;

/** Tables of the runtime's and SQLite's own. */
const internal = (name) => name.startsWith("_cf_") || name.startsWith("sqlite_");

function readCopy(file, read) {
  const folder = mkdtempSync(join(tmpdir(), "connector-rows-"));
  try {
    for (const suffix of ["", "-wal"]) {
      if (existsSync(file + suffix)) copyFileSync(file + suffix, join(folder, `copy.sqlite${suffix}`));
    }
    const database = new DatabaseSync(join(folder, "copy.sqlite"));
    try {
      return read(database);
    } finally {
      database.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function withCopy(file, read) {
  for (let tries = 1; ; tries += 1) {
    try {
      return readCopy(file, read);
    } catch (error) {
      // The copy was taken in the middle of a checkpoint: the next one will be whole.
      if (tries === TRIES || !/malformed|not a database|disk I\/O/i.test(error.message)) throw error;
    }
  }
}

function tablesOf(database) {
  const names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  return names.map(({ name }) => name).filter((name) => !internal(name));
}

function filesOf(disk, className) {
  const folder = join(disk, className);
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite");
  return files.map((name) => join(folder, name));
}

/** All rows of the named tables (of every table by default) in all objects of a class: `{ object, table, ...row }`. */
export function rowsOf(disk, className, tables) {
  return filesOf(disk, className).flatMap((file) =>
    withCopy(file, (database) =>
      tablesOf(database)
        .filter((table) => tables === undefined || tables.includes(table))
        .flatMap((table) =>
          database
            .prepare(`SELECT * FROM "${table}"`)
            .all()
            .map((row) => ({ object: basename(file, ".sqlite"), table, ...row })),
        ),
    ),
  );
}

/** How many objects of a class hold anything. */
export function objectsWithRows(disk, className) {
  return new Set(rowsOf(disk, className).map((row) => row.object)).size;
}

/** Changes rows of a class's objects while the runtime is killed, as time or another release would; answers how many. */
export function changeRows(disk, className, statement) {
  let changed = 0;
  for (const file of filesOf(disk, className)) {
    const database = new DatabaseSync(file);
    try {
      if (tablesOf(database).includes("message")) changed += Number(database.prepare(statement).run().changes);
    } finally {
      database.close();
    }
  }
  return changed;
}
