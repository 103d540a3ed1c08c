//! Echoes: LiveEngage sends our own publishes back, and so settles the ones whose answer was lost.
//!
//! An echo settles a publish when its place belongs to no other publish, lies above every sequence that was known when the
//! attempt started, and carries the same text. Each echo is used once; the first of answer and echo wins.

use super::send::{self, SendProgress, Verdict};
use super::{Context, DialogPlace, Engine, Lane, Row, Store, StoreError};
use crate::crypto;
use crate::outcome::Refusal;
use crate::platforms::Progress;

impl<S: Store> Engine<S> {
    pub(super) fn settle_by_echo(
        &mut self,
        place: &DialogPlace,
        text: &str,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        if self.memory.published.contains(place) {
            return Ok(());
        }
        if let Some(mut row) = self.head(Lane::ToLiveengage)?
            && expects(&row, place, text)
        {
            self.memory.published.insert(place.clone());
            return self.publish_settled(&mut row, Some(place.clone()), true, context);
        }
        self.settle_given_up(place, text, context)
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
            self.memory.published.insert(place.clone());
            row.detail.published.push(place);
        }
        let verdict = send::published(None, &content, &mut progress);
        row.detail.failures = 0;
        row.settle();
        if matches!(verdict, Verdict::Published { last: true, .. }) {
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
        text: &str,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let digest = text_digest(text);
        let found = self.memory.resent.iter().position(|(resent, _)| {
            resent.text == digest
                && resent.echo.dialog_id == place.dialog_id
                && resent.echo.above.is_none_or(|above| place.sequence > above)
        });
        let Some(found) = found else {
            return Ok(());
        };
        let (_, key) = self.memory.resent.remove(found);
        let Some(mut row) = self.store.row(&key)? else {
            return Ok(());
        };
        // A later attempt at the same piece has had no effect yet, as far as known.
        let still_open =
            row.state.is_open() && piece(&row).is_some_and(|piece| text_digest(&piece) == digest);
        if still_open || row.detail.refusal == Some(Refusal::OutcomeUnknown) {
            row.detail.resent = None;
            return self.publish_settled(&mut row, Some(place.clone()), true, context);
        }
        self.count_doubled(row, Some(place.clone()), context)
    }
}

/// Whether the row waits for exactly this echo.
fn expects(row: &Row, place: &DialogPlace, text: &str) -> bool {
    let Some(echo) = &row.detail.echo else {
        return false;
    };
    let fits =
        echo.dialog_id == place.dialog_id && echo.above.is_none_or(|above| place.sequence > above);
    fits && piece(row).is_some_and(|piece| text_digest(&piece) == text_digest(text))
}

/// The text that the row's present attempt publishes.
pub(super) fn piece(row: &Row) -> Option<String> {
    let progress: SendProgress = row.detail.progress.read();
    let pieces = send::pieces(row.content.as_ref()?);
    pieces.get(progress.pieces).cloned()
}

/// White space at the ends is not compared: LiveEngage is known to add and to drop it.
pub(super) fn text_digest(text: &str) -> String {
    crypto::sha256_hex(text.trim().as_bytes())
}
