//! Echoes: LiveEngage sends our own publishes back, and so settles the ones whose answer was lost.
//!
//! An echo settles a publish when its place belongs to no other publish, lies above every sequence that was known when the
//! attempt started, and carries the same text. Each echo is used once; the first of answer and echo wins.

use super::send::{self, SendProgress, Verdict};
use super::{Context, DialogPlace, Engine, ExpectedEcho, Lane, Row, RowState, Store, StoreError};
use crate::crypto;
use crate::liveengage::notification::{DialogEvent, EventBody};
use crate::message::{Command, Content};
use crate::platforms::Progress;
use serde_json::Value;

/// The type of metadata in which a publish carries its id.
pub(super) const EXTERNAL_ID: &str = "ExternalId";

impl<S: Store> Engine<S> {
    pub(super) fn settle_by_echo(
        &mut self,
        place: &DialogPlace,
        said: &str,
        ids: &[&str],
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        if self.memory.published.contains_key(place) {
            return Ok(());
        }
        if let Some(mut row) = self.head(Lane::ToLiveengage)?
            && expects(&row, place, said, ids)
        {
            return self.publish_settled(&mut row, Some(place.clone()), true, context);
        }
        self.settle_given_up(place, said, ids, context)
    }

    /// Counts a piece as published and stores the row: by an answer, a late answer or an echo.
    pub(super) fn publish_settled(
        &mut self,
        row: &mut Row,
        place: Option<DialogPlace>,
        by_echo: bool,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let now = context.now;
        let mut progress: SendProgress = row.detail.progress.read();
        let Some(content) = row.content.clone() else {
            return Ok(());
        };
        if let Some(place) = place {
            self.memory
                .seen
                .account(&place.dialog_id, place.sequence, now);
            self.memory.published.insert(place.clone(), row.key.clone());
            row.detail.published.push(place);
        }
        let verdict = send::published(None, &content, &mut progress);
        row.detail.failures = 0;
        row.settle();
        if matches!(verdict, Verdict::Published { last: true, .. }) {
            let typed = !matches!(
                content,
                Content::NotDelivered { .. }
                    | Content::Command {
                        command: Command::UpdateProfile
                    }
            );
            if let Some(consumer) = &mut self.memory.consumer
                && consumer.composing.is_some()
                && typed
            {
                consumer.has_typed(now);
                self.save_consumer(now)?;
            }
            return self.deliver(row, by_echo, context);
        }
        if row.state.is_open() {
            row.advance(now, Progress::of(&progress));
        } else {
            // A dead letter stays one; sent again, it goes on behind this piece.
            row.detail.progress = Progress::of(&progress);
        }
        self.save(row)
    }

    /// An echo that no publish waits for may be that of a publish that was given up as unknown.
    fn settle_given_up(
        &mut self,
        place: &DialogPlace,
        said: &str,
        ids: &[&str],
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let digest = digest(said);
        let found = self
            .memory
            .resent
            .iter()
            .position(|(resent, _)| fits(&resent.echo, place, ids, || resent.text == digest));
        let Some(found) = found else {
            return Ok(());
        };
        let (resent, key) = self.memory.resent.remove(found);
        let Some(mut row) = self.store.row(&key)? else {
            return Ok(());
        };
        // A later attempt at the same piece has had no effect yet, as far as known.
        let same_piece = || piece(&row).is_some_and(|piece| self::digest(&piece) == resent.text);
        if row.state != RowState::Delivered && same_piece() {
            row.detail.resent = None;
            return self.publish_settled(&mut row, Some(place.clone()), true, context);
        }
        self.count_doubled(row, Some(place.clone()), context)
    }
}

/// Whether the row waits for exactly this echo.
fn expects(row: &Row, place: &DialogPlace, said: &str, ids: &[&str]) -> bool {
    let same_words = || piece(row).is_some_and(|piece| digest(&piece) == digest(said));
    let echo = row.detail.echo.as_ref();
    echo.is_some_and(|echo| fits(echo, place, ids, same_words))
}

/// Whether an echo is the one that is expected: by its id where it brings ids, else by what it says.
fn fits(
    echo: &ExpectedEcho,
    place: &DialogPlace,
    ids: &[&str],
    same_words: impl Fn() -> bool,
) -> bool {
    let above = echo.above.is_none_or(|above| place.sequence > above);
    let same = match &echo.id {
        Some(id) if !ids.is_empty() => ids.contains(&id.as_str()),
        _ => same_words(),
    };
    echo.dialog_id == place.dialog_id && above && same
}

/// What the row's present attempt publishes, as its echo will say it.
pub(super) fn piece(row: &Row) -> Option<String> {
    let progress: SendProgress = row.detail.progress.read();
    send::said(row.content.as_ref()?, &progress)
}

/// White space at the ends is not compared: LiveEngage is known to add and to drop it.
pub(super) fn digest(said: &str) -> String {
    crypto::sha256_hex(said.trim().as_bytes())
}

/// What an event says: its text, or the path of its file.
pub(super) fn said(event: &DialogEvent) -> Option<&str> {
    match &event.body {
        EventBody::Text { text, .. } => Some(text),
        EventBody::Content { raw, .. } => raw.pointer("/message/relativePath")?.as_str(),
        _ => None,
    }
}

/// The ids in an event's metadata.
pub(super) fn external_ids(event: &DialogEvent) -> Vec<&str> {
    let entries = match &event.metadata {
        Some(Value::Array(entries)) => entries.as_slice(),
        Some(entry) => std::slice::from_ref(entry),
        None => &[],
    };
    let is_id = |entry: &&Value| entry.get("type").and_then(Value::as_str) == Some(EXTERNAL_ID);
    let ids = entries.iter().filter(is_id);
    ids.filter_map(|entry| entry.get("id")?.as_str()).collect()
}
