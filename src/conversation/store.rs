//! The port to storage. Everything is synchronous: what happens between two awaits is one write batch.

use crate::http::Millis;

use super::consumer::Consumer;
use super::operate::Tombstone;
use super::report::reason;
use super::{Lane, Row, RowState, content_bytes};

/// Storage failed. The object's memory is no longer to be trusted and must be loaded again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("storage failed: {what}")]
pub struct StoreError {
    /// What the storage says, without any stored value.
    pub what: String,
}

/// What a fresh start needs of a row. The content stays where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct RowSummary {
    /// Deduplication key.
    pub key: String,
    /// Direction.
    pub lane: Lane,
    /// Place in the lane.
    pub position: u64,
    /// Whether the message still has to go somewhere.
    pub open: bool,
    /// Whether it is a dead letter.
    pub refused: bool,
    /// The stored name of its [`crate::outcome::Refusal`].
    pub reason: Option<String>,
    /// Whether an operator has deleted its content.
    pub discarded: bool,
    /// When it was accepted, or last sent again.
    pub since: Millis,
    /// Due time, or when it ended.
    pub due_at: Millis,
    /// The LiveEngage dialog and sequence that it came from.
    pub source: Option<super::DialogPlace>,
    /// Where LiveEngage put our publishes of it.
    pub published: Vec<super::DialogPlace>,
    /// A publish of it that was given up as unknown.
    pub resent: Option<super::Resent>,
    /// Whether reports about attempts that are over would tell something.
    pub doubtful: bool,
    /// The id that the platform gave it.
    pub remote_id: Option<String>,
    /// Whether it carries a file of LiveEngage's.
    pub has_file: bool,
    /// How long its stored content is, roughly; 0 where it has none.
    pub bytes: u64,
}

impl RowSummary {
    /// The summary of a row, for storage that holds whole ones.
    pub fn of(row: &Row) -> Self {
        Self {
            key: row.key.clone(),
            lane: row.lane,
            position: row.position,
            open: row.state.is_open(),
            refused: row.state == RowState::Refused,
            reason: row.detail.refusal.as_ref().map(reason),
            discarded: row.detail.discarded,
            since: row.age_from(),
            due_at: row.due_at,
            source: row.detail.source.clone(),
            published: row.detail.published.clone(),
            resent: row.detail.resent.clone(),
            doubtful: !row.detail.doubtful.is_empty(),
            remote_id: row.detail.remote_id.clone(),
            has_file: row.detail.file.is_some(),
            bytes: content_bytes(row),
        }
    }
}

/// One consumer's storage.
pub trait Store {
    /// What is known about the consumer; `None` in an object that has stored nothing yet.
    fn consumer(&self) -> Result<Option<Consumer>, StoreError>;
    /// Stores what is known about the consumer. The first write makes the object exist.
    fn put_consumer(&mut self, consumer: &Consumer) -> Result<(), StoreError>;
    /// Every row, in any order.
    fn summaries(&self) -> Result<Vec<RowSummary>, StoreError>;
    /// One row whole.
    fn row(&self, key: &str) -> Result<Option<Row>, StoreError>;
    /// Stores a new row; `false` if its key is known, and then nothing is written.
    fn insert(&mut self, row: &Row) -> Result<bool, StoreError>;
    /// Replaces a row.
    fn update(&mut self, row: &Row) -> Result<(), StoreError>;
    /// Deletes a row.
    fn delete(&mut self, key: &str) -> Result<(), StoreError>;
    /// What is remembered of a person who was erased.
    fn tombstone(&self) -> Result<Option<Tombstone>, StoreError>;
    /// Replaces that.
    fn put_tombstone(&mut self, tombstone: &Tombstone) -> Result<(), StoreError>;
    /// Deletes the consumer and every row, and stores what is to be remembered of that.
    fn erase(&mut self, tombstone: &Tombstone) -> Result<(), StoreError>;
}
