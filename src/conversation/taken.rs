//! Reports that repeat what a request carried, and so settle a send to the consumer whose answer was lost.
//!
//! A reference names one attempt at one message. A report about any attempt at the step that the message is at settles that step: one
//! that is under way or unknown, one that was given up, one that the destination seemed to refuse. A report about a step that is
//! behind tells that it has had its effect twice, if it is about an attempt of which nothing was known.

use super::{Context, Engine, Lane, Row, RowState, Store, StoreError};
use crate::breaker::Destination;
use crate::message::Reference;
use crate::outcome::Outcome;
use crate::platforms::Next;

impl<S: Store> Engine<S> {
    /// The platform has taken what carried this reference.
    pub(super) fn accept_taken(
        &mut self,
        reference: &Reference,
        remote_id: &str,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let Some(key) = self.attempted(reference) else {
            return Ok(());
        };
        let row = self.store.row(&key)?;
        let Some(mut row) = row.filter(|row| row.lane == Lane::ToConsumer) else {
            return Ok(());
        };
        let attempt = reference.attempt();
        let was_doubtful = row.detail.doubtful.contains(&attempt);
        row.detail.doubtful.retain(|known| *known != attempt);
        if row.state != RowState::Delivered && row.is_at_step_of(attempt) {
            return self.taken(row, attempt, remote_id, context);
        }
        if was_doubtful {
            return self.count_doubled(row, None, context);
        }
        Ok(())
    }

    /// The key of the message, if it is one that a report can settle.
    fn attempted(&self, reference: &Reference) -> Option<String> {
        let head = self.memory.head(Lane::ToConsumer);
        let head = head.filter(|key| Reference::message_of(key) == reference.message());
        head.or_else(|| self.memory.doubtful.get(reference.message()))
            .cloned()
    }

    /// The step that the message is at has had its effect, by that attempt.
    fn taken(
        &mut self,
        mut row: Row,
        attempt: u32,
        remote_id: &str,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let Some(channel) = self.channel(context) else {
            return Ok(());
        };
        let next = self.outgoing(&row, &channel, context, |message| {
            channel.adapter.taken(message, remote_id)
        });
        // An answer that comes behind the report tells the breaker nothing any more.
        self.tell_breaker(&Destination::channel(&channel.name), None, context);
        if attempt != row.detail.attempt && (row.state == RowState::Sending || row.detail.unknown) {
            row.doubt_attempt(row.detail.attempt);
        }
        let was_refused = row.state == RowState::Refused;
        let key = row.key.clone();
        match next.flatten() {
            Some(Next::Request { progress, .. }) => self.step_succeeded(row, progress, context),
            Some(Next::Done {
                outcome: Outcome::Delivered { remote_id },
                ..
            }) => {
                row.detail.remote_id = remote_id;
                self.delivered_to_consumer(&mut row, true, context)?;
                if was_refused {
                    self.untell_not_delivered(&key, context)?;
                }
                Ok(())
            }
            // The message's content is gone, or does not fit its progress any more.
            Some(Next::Done { .. }) | None => Ok(()),
        }
    }
}
