//! Reports that repeat what a request carried, and so settle a send to the consumer whose answer was lost.
//!
//! The reference names one attempt of one message. It settles the attempt that is under way or whose outcome is unknown; it comes too
//! late for one that was given up, and then tells whether the message has arrived after all, or twice.

use super::drain::request_id;
use super::ending::step;
use super::{Context, Engine, ExpectedEcho, Lane, Row, Store, StoreError};
use crate::config::Channel;
use crate::outcome::{Outcome, Refusal};
use crate::platforms::Next;

/// What will be reported of the attempt that a message is about to make, on platforms that recognise it.
pub(super) fn expected(row: &Row, channel: &Channel) -> Option<ExpectedEcho> {
    let recognises = channel.adapter.abilities().recognises;
    recognises.then(|| ExpectedEcho {
        dialog_id: String::new(),
        above: None,
        id: Some(request_id(&row.key, row.detail.attempt + 1)),
    })
}

fn names(echo: &ExpectedEcho, reference: &str) -> bool {
    echo.id.as_deref() == Some(reference)
}

impl<S: Store> Engine<S> {
    /// The platform has taken what carried this reference.
    pub(super) fn accept_taken(
        &mut self,
        reference: &str,
        remote_id: &str,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        if let Some(row) = self.head(Lane::ToConsumer)?
            && row
                .detail
                .echo
                .as_ref()
                .is_some_and(|echo| names(echo, reference))
        {
            return self.taken(row, remote_id, context);
        }
        let given_up = &mut self.memory.resent;
        let Some(found) = given_up
            .iter()
            .position(|(it, _)| names(&it.echo, reference))
        else {
            return Ok(());
        };
        let (resent, key) = given_up.remove(found);
        let row = self.store.row(&key)?;
        let Some(mut row) = row.filter(|row| row.lane == Lane::ToConsumer) else {
            return Ok(());
        };
        let same_step = step(&row).is_some_and(|step| step == resent.text);
        let still_open = row.state.is_open() && same_step;
        if still_open || row.detail.refusal == Some(Refusal::OutcomeUnknown) {
            row.detail.resent = None;
            return self.taken(row, remote_id, context);
        }
        self.count_doubled(row, None, context)
    }

    /// The step that the message was at has had its effect.
    fn taken(
        &mut self,
        mut row: Row,
        remote_id: &str,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let Some(channel) = self.channel(context) else {
            return Ok(());
        };
        let next = self.outgoing(&row, &channel, context, |message| {
            channel.adapter.taken(message, remote_id)
        });
        match next.flatten() {
            Some(Next::Request { progress, .. }) => self.step_succeeded(row, progress, context),
            Some(Next::Done {
                outcome: Outcome::Delivered { remote_id },
                ..
            }) => {
                row.detail.remote_id = remote_id;
                self.delivered_to_consumer(&mut row, true, context)
            }
            // The message's content is gone, or does not fit its progress any more.
            Some(Next::Done { .. }) | None => Ok(()),
        }
    }
}
