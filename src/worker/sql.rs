//! A Conversation object's storage in SQLite.
//!
//! The message table is keyed by the deduplication key and has no other index, so that every change writes one row. Which messages
//! still have to go is in memory, loaded by one scan when the object wakes.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use worker::{SqlStorage, SqlStorageValue};

use crate::conversation::operate::Tombstone;
use crate::conversation::{
    Consumer, Detail, DialogPlace, Lane, Resent, Row, RowState, RowSummary, Store, StoreError,
};
use crate::http::Millis;

/// The version of this schema, stored in every object. A higher one than this release knows refuses to load.
const SCHEMA: &str = "1";

/// The tables. They are made by the first write, so that an object that stores nothing stays empty.
const CREATE: &str = "
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (
  key TEXT PRIMARY KEY,
  lane TEXT NOT NULL,
  position INTEGER NOT NULL,
  state TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  accepted_at INTEGER NOT NULL,
  content TEXT,
  detail TEXT NOT NULL,
  trace TEXT NOT NULL
) WITHOUT ROWID;";

/// See [`Store`].
#[derive(Debug)]
pub(super) struct SqlStore {
    sql: SqlStorage,
    exists: bool,
}

#[derive(Deserialize)]
struct Value {
    value: String,
}

#[derive(Deserialize)]
struct Columns {
    key: String,
    lane: String,
    position: Millis,
    state: String,
    due_at: Millis,
    accepted_at: Millis,
    content: Option<String>,
    detail: String,
    trace: String,
}

#[derive(Deserialize)]
struct Summary {
    key: String,
    lane: String,
    position: u64,
    state: String,
    due_at: Millis,
    source: Option<String>,
    published: Option<String>,
    resent: Option<String>,
    doubtful: Option<String>,
    remote_id: Option<String>,
    file: Option<String>,
    accepted_at: Millis,
    requeued_at: Option<Millis>,
    reason: Option<String>,
    discarded: Option<u8>,
    bytes: u64,
}

impl SqlStore {
    /// The storage of this object, if its schema is one that this release can read.
    pub(super) fn open(sql: SqlStorage) -> Result<Self, StoreError> {
        let mut store = Self { sql, exists: false };
        let tables = store.select::<Value>(
            "SELECT name AS value FROM sqlite_master WHERE type = 'table' AND name = 'state'",
            Vec::new(),
        )?;
        store.exists = !tables.is_empty();
        match store.state("schema")?.as_deref() {
            None | Some(SCHEMA) => Ok(store),
            Some(other) => Err(StoreError {
                what: format!("schema version {other} is newer than this release"),
            }),
        }
    }

    /// Makes the tables, before the first write.
    fn create(&mut self) -> Result<(), StoreError> {
        if !self.exists {
            self.run(CREATE, Vec::new())?;
            self.run(
                "INSERT OR REPLACE INTO state (name, value) VALUES ('schema', ?)",
                vec![SCHEMA.into()],
            )?;
            self.exists = true;
        }
        Ok(())
    }

    fn run(&self, query: &str, bindings: Vec<SqlStorageValue>) -> Result<usize, StoreError> {
        let cursor = self.sql.exec(query, bindings).map_err(failed)?;
        Ok(cursor.rows_written())
    }

    fn select<T: DeserializeOwned>(
        &self,
        query: &str,
        bindings: Vec<SqlStorageValue>,
    ) -> Result<Vec<T>, StoreError> {
        let cursor = self.sql.exec(query, bindings).map_err(failed)?;
        cursor.to_array().map_err(failed)
    }

    fn state(&self, name: &str) -> Result<Option<String>, StoreError> {
        if !self.exists {
            return Ok(None);
        }
        let query = "SELECT value FROM state WHERE name = ?";
        let mut found = self.select::<Value>(query, vec![name.into()])?;
        Ok(found.pop().map(|row| row.value))
    }
}

impl Store for SqlStore {
    fn consumer(&self) -> Result<Option<Consumer>, StoreError> {
        match self.state("consumer")? {
            Some(json) => Ok(Some(read("consumer", &json)?)),
            None => Ok(None),
        }
    }

    fn put_consumer(&mut self, consumer: &Consumer) -> Result<(), StoreError> {
        self.create()?;
        self.run(
            "INSERT OR REPLACE INTO state (name, value) VALUES ('consumer', ?)",
            vec![write("consumer", consumer)?.into()],
        )?;
        Ok(())
    }

    fn summaries(&self) -> Result<Vec<RowSummary>, StoreError> {
        if !self.exists {
            return Ok(Vec::new());
        }
        let rows = self.select::<Summary>(
            "SELECT key, lane, position, state, due_at, \
             detail ->> '$.source' AS source, detail ->> '$.published' AS published, \
             detail ->> '$.resent' AS resent, detail ->> '$.doubtful' AS doubtful, \
             detail ->> '$.remote_id' AS remote_id, \
             detail ->> '$.file.at' AS file, accepted_at, detail ->> '$.requeued_at' AS requeued_at, \
             detail ->> '$.refusal.reason' AS reason, detail ->> '$.discarded' AS discarded, \
             iif(state IN ('waiting', 'sending'), coalesce(octet_length(content), 0), 0) AS bytes \
             FROM message",
            Vec::new(),
        )?;
        rows.into_iter()
            .map(|row| {
                let state = row_state(&row.state)?;
                Ok(RowSummary {
                    lane: lane(&row.lane)?,
                    position: row.position,
                    open: state.is_open(),
                    refused: state == RowState::Refused,
                    due_at: row.due_at,
                    source: part::<DialogPlace>("source", row.source)?,
                    published: part::<Vec<DialogPlace>>("published", row.published)?
                        .unwrap_or_default(),
                    resent: part::<Resent>("resent", row.resent)?,
                    doubtful: row.doubtful.is_some(),
                    remote_id: row.remote_id,
                    has_file: row.file.is_some(),
                    reason: row.reason,
                    discarded: row.discarded == Some(1),
                    since: row.requeued_at.unwrap_or(row.accepted_at),
                    bytes: row.bytes,
                    key: row.key,
                })
            })
            .collect()
    }

    fn row(&self, key: &str) -> Result<Option<Row>, StoreError> {
        if !self.exists {
            return Ok(None);
        }
        let query = "SELECT * FROM message WHERE key = ?";
        let Some(row) = self.select::<Columns>(query, vec![key.into()])?.pop() else {
            return Ok(None);
        };
        Ok(Some(Row {
            lane: lane(&row.lane)?,
            position: row.position,
            state: row_state(&row.state)?,
            due_at: row.due_at,
            accepted_at: row.accepted_at,
            content: part("content", row.content)?,
            detail: read::<Detail>("detail", &row.detail)?,
            trace: read("trace", &row.trace)?,
            key: row.key,
        }))
    }

    fn insert(&mut self, row: &Row) -> Result<bool, StoreError> {
        self.create()?;
        let written = self.run(
            "INSERT INTO message (key, lane, position, state, due_at, accepted_at, content, detail, trace) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
            vec![
                row.key.as_str().into(),
                row.lane.as_str().into(),
                integer(row.position)?,
                row.state.as_str().into(),
                integer(row.due_at)?,
                integer(row.accepted_at)?,
                content(row)?,
                write("detail", &row.detail)?.into(),
                write("trace", &row.trace)?.into(),
            ],
        )?;
        Ok(written > 0)
    }

    fn update(&mut self, row: &Row) -> Result<(), StoreError> {
        self.run(
            "UPDATE message SET position = ?, state = ?, due_at = ?, content = ?, detail = ?, trace = ? WHERE key = ?",
            vec![
                integer(row.position)?,
                row.state.as_str().into(),
                integer(row.due_at)?,
                content(row)?,
                write("detail", &row.detail)?.into(),
                write("trace", &row.trace)?.into(),
                row.key.as_str().into(),
            ],
        )?;
        Ok(())
    }

    fn delete(&mut self, key: &str) -> Result<(), StoreError> {
        self.run("DELETE FROM message WHERE key = ?", vec![key.into()])?;
        Ok(())
    }

    fn tombstone(&self) -> Result<Option<Tombstone>, StoreError> {
        match self.state("tombstone")? {
            Some(json) => Ok(Some(read("tombstone", &json)?)),
            None => Ok(None),
        }
    }

    fn put_tombstone(&mut self, tombstone: &Tombstone) -> Result<(), StoreError> {
        self.create()?;
        self.run(
            "INSERT OR REPLACE INTO state (name, value) VALUES ('tombstone', ?)",
            vec![write("tombstone", tombstone)?.into()],
        )?;
        Ok(())
    }

    fn erase(&mut self, tombstone: &Tombstone) -> Result<(), StoreError> {
        self.put_tombstone(tombstone)?;
        self.run("DELETE FROM message", Vec::new())?;
        self.run("DELETE FROM state WHERE name = 'consumer'", Vec::new())?;
        Ok(())
    }
}

fn content(row: &Row) -> Result<SqlStorageValue, StoreError> {
    match &row.content {
        Some(content) => Ok(write("content", content)?.into()),
        None => Ok(SqlStorageValue::Null),
    }
}

fn integer(value: u64) -> Result<SqlStorageValue, StoreError> {
    let value = i64::try_from(value).map_err(|_| too_large())?;
    SqlStorageValue::try_from_i64(value).map_err(|_| too_large())
}

fn too_large() -> StoreError {
    StoreError {
        what: "a number is beyond what storage keeps exactly".to_owned(),
    }
}

fn lane(name: &str) -> Result<Lane, StoreError> {
    Lane::from_stored(name).ok_or_else(|| unreadable("lane"))
}

fn row_state(name: &str) -> Result<RowState, StoreError> {
    RowState::from_stored(name).ok_or_else(|| unreadable("state"))
}

fn part<T: DeserializeOwned>(name: &str, json: Option<String>) -> Result<Option<T>, StoreError> {
    json.map(|json| read(name, &json)).transpose()
}

fn read<T: DeserializeOwned>(name: &str, json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|_| unreadable(name))
}

fn write<T: Serialize>(name: &str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| unreadable(name))
}

/// The value itself may be private, so only its place is told.
fn unreadable(name: &str) -> StoreError {
    StoreError {
        what: format!("a stored {name} cannot be read"),
    }
}

fn failed(error: worker::Error) -> StoreError {
    let text = error.to_string();
    StoreError {
        what: text.lines().next().unwrap_or_default().to_owned(),
    }
}
