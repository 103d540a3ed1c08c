//! Storage in memory.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use liveengage_connector::conversation::operate::Tombstone;
use liveengage_connector::conversation::{Consumer, Row, RowState, RowSummary, Store, StoreError};
use serde::{Serialize, de::DeserializeOwned};

/// What the SQLite storage does, in memory. A clone is a copy of the disk; the switch that makes writes fail is shared.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryStore {
    consumer: Option<Consumer>,
    tombstone: Option<Tombstone>,
    rows: BTreeMap<String, Row>,
    /// Writes until one fails; `None`: none does.
    writes_left: Rc<Cell<Option<u32>>>,
    /// Writes made so far.
    pub(crate) writes: u32,
}

impl MemoryStore {
    /// The next `writes` writes succeed and the one after them fails, once.
    pub(crate) fn fail_after(&self, writes: u32) {
        self.writes_left.set(Some(writes));
    }

    /// All writes succeed again.
    pub(crate) fn never_fail(&self) {
        self.writes_left.set(None);
    }

    /// The disk as a new process reads it: everything has been through its stored form.
    pub(crate) fn reopened(&self) -> Self {
        let rows = self.rows.iter().map(|(key, row)| {
            let row = Row {
                content: through_json(&row.content),
                detail: through_json(&row.detail),
                trace: through_json(&row.trace),
                state: RowState::from_stored(row.state.as_str()).unwrap(),
                ..row.clone()
            };
            (key.clone(), row)
        });
        Self {
            consumer: through_json(&self.consumer),
            tombstone: through_json(&self.tombstone),
            rows: rows.collect(),
            writes_left: Rc::clone(&self.writes_left),
            writes: self.writes,
        }
    }

    /// Every row, by key.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Row> {
        self.rows.get(key)
    }

    fn write(&mut self) -> Result<(), StoreError> {
        match self.writes_left.get() {
            Some(0) => {
                self.writes_left.set(None);
                return Err(StoreError {
                    what: "the test says so".to_owned(),
                });
            }
            Some(left) => self.writes_left.set(Some(left - 1)),
            None => {}
        }
        self.writes += 1;
        Ok(())
    }
}

fn through_json<T: Serialize + DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

impl Store for MemoryStore {
    fn consumer(&self) -> Result<Option<Consumer>, StoreError> {
        Ok(self.consumer.clone())
    }

    fn put_consumer(&mut self, consumer: &Consumer) -> Result<(), StoreError> {
        self.write()?;
        self.consumer = Some(consumer.clone());
        Ok(())
    }

    /// In the order of their keys, as the SQLite storage gives them.
    fn summaries(&self) -> Result<Vec<RowSummary>, StoreError> {
        Ok(self.rows.values().map(RowSummary::of).collect())
    }

    fn row(&self, key: &str) -> Result<Option<Row>, StoreError> {
        Ok(self.rows.get(key).cloned())
    }

    fn insert(&mut self, row: &Row) -> Result<bool, StoreError> {
        if self.rows.contains_key(&row.key) {
            return Ok(false);
        }
        self.write()?;
        self.rows.insert(row.key.clone(), row.clone());
        Ok(true)
    }

    /// Like the SQLite storage, it leaves key, lane and time of acceptance as they are.
    fn update(&mut self, row: &Row) -> Result<(), StoreError> {
        self.write()?;
        if let Some(stored) = self.rows.get_mut(&row.key) {
            stored.position = row.position;
            stored.state = row.state;
            stored.due_at = row.due_at;
            stored.content.clone_from(&row.content);
            stored.detail.clone_from(&row.detail);
            stored.trace.clone_from(&row.trace);
        }
        Ok(())
    }

    fn delete(&mut self, key: &str) -> Result<(), StoreError> {
        self.write()?;
        self.rows.remove(key);
        Ok(())
    }

    fn tombstone(&self) -> Result<Option<Tombstone>, StoreError> {
        Ok(self.tombstone.clone())
    }

    fn put_tombstone(&mut self, tombstone: &Tombstone) -> Result<(), StoreError> {
        self.write()?;
        self.tombstone = Some(tombstone.clone());
        Ok(())
    }

    fn erase(&mut self, tombstone: &Tombstone) -> Result<(), StoreError> {
        self.put_tombstone(tombstone)?;
        self.rows.clear();
        self.consumer = None;
        Ok(())
    }
}
