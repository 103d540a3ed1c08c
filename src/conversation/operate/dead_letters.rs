//! Sending dead letters again, and discarding them.

use super::{Answer, Selection};
use crate::conversation::{Context, Engine, Lane, Row, RowState, Store, StoreError};
use crate::message::Content;

impl<S: Store> Engine<S> {
    /// Dead letters go back into their lanes. Each keeps its key, so that a redelivery still has no effect, and what of it has
    /// arrived; it goes to the tail, since what was said after it has long been handed over.
    pub(super) fn resend(
        &mut self,
        select: &Selection,
        dry_run: bool,
        context: &Context<'_>,
    ) -> Result<Answer, StoreError> {
        let has_address = self
            .memory
            .consumer
            .as_ref()
            .is_some_and(|consumer| consumer.address.is_some());
        let mut keys = Vec::new();
        let mut unsendable = Vec::new();
        for mut row in self.selected(select)? {
            if !has_address || !can_be_said(row.content.as_ref()) {
                unsendable.push(row.key);
                continue;
            }
            keys.push(row.key.clone());
            if !dry_run {
                row.requeue(self.memory.tail(), context.now);
                self.memory.revive(&row.key);
                self.log_outcome(&row, "requeued");
                self.save(&row)?;
            }
        }
        Ok(Answer::Selected { keys, unsendable })
    }

    /// The content of dead letters is deleted; key, reason and trace stay for as long as those
    /// of a delivered message.
    pub(super) fn discard(
        &mut self,
        select: &Selection,
        dry_run: bool,
        context: &Context<'_>,
    ) -> Result<Answer, StoreError> {
        let mut keys = Vec::new();
        for mut row in self.selected(select)? {
            keys.push(row.key.clone());
            if !dry_run {
                row.discard(context.now);
                self.memory.dead.remove(&row.key);
                self.log_outcome(&row, "discarded");
                self.save(&row)?;
            }
        }
        Ok(Answer::Selected {
            keys,
            unsendable: Vec::new(),
        })
    }

    /// The dead letters that are meant, in the order in which they were accepted.
    fn selected(&self, select: &Selection) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        for (key, dead) in &self.memory.dead {
            let named = select.keys.as_ref().is_none_or(|keys| keys.contains(key));
            let lane = select.lane.is_none_or(|lane: Lane| lane == dead.lane);
            let reason = select.reason.as_ref();
            let reason = reason.is_none_or(|reason| *reason == dead.reason);
            let since = select.since.is_none_or(|since| dead.at >= since);
            let until = select.until.is_none_or(|until| dead.at < until);
            if !(named && lane && reason && since && until) {
                continue;
            }
            if let Some(row) = self.store.row(key)?
                && row.state == RowState::Refused
            {
                rows.push(row);
            }
        }
        rows.sort_by_key(|row| (row.accepted_at, row.position));
        Ok(rows)
    }
}

/// Whether there is anything that could go anywhere: input that could not be read will not be read a second time.
fn can_be_said(content: Option<&Content>) -> bool {
    !matches!(content, None | Some(Content::Malformed { .. }))
}
