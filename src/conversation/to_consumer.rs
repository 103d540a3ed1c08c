//! One attempt towards the consumer's platform, as its adapter says.

use super::{Context, Engine, Row, Store, StoreError, Ticket, Work};
use crate::config::Channel;
use crate::http::HttpAnswer;
use crate::outcome::{Outcome, Refusal};
use crate::platforms::{Next, Outgoing};

impl<S: Store> Engine<S> {
    /// Starts the next attempt of a message. `None`: it has ended without one, look at the lane again.
    pub(super) fn start_to_consumer(
        &mut self,
        mut row: Row,
        channel: &Channel,
        context: &Context<'_>,
    ) -> Result<Option<Work>, StoreError> {
        self.begin(&mut row, None, context)?;
        match self.ask_adapter(&row, channel, None) {
            Some(Next::Request { request, progress }) => {
                self.on_its_way(&mut row, Some(progress))?;
                let ticket = Ticket {
                    lane: row.lane,
                    key: row.key,
                    attempt: row.detail.attempt,
                    goal: None,
                    piece: 0,
                };
                Ok(Some(Work::Send { ticket, request }))
            }
            Some(Next::Done { outcome, progress }) => {
                row.detail.progress = progress;
                self.finish_to_consumer(&mut row, outcome, context)?;
                Ok(None)
            }
            None => {
                self.refuse(&mut row, Refusal::NoAddress, context)?;
                Ok(None)
            }
        }
    }

    /// Takes the answer to an attempt.
    pub(super) fn ended_to_consumer(
        &mut self,
        mut row: Row,
        answer: &HttpAnswer,
        channel: &Channel,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        match self.ask_adapter(&row, channel, Some(answer)) {
            Some(Next::Request { progress, .. }) => {
                row.detail.failures = 0;
                row.settle();
                row.advance(context.now, progress);
                self.save(&row)
            }
            Some(Next::Done { outcome, progress }) => {
                row.detail.progress = progress;
                self.finish_to_consumer(&mut row, outcome, context)
            }
            None => self.refuse(&mut row, Refusal::NoAddress, context),
        }
    }

    fn ask_adapter(
        &self,
        row: &Row,
        channel: &Channel,
        answer: Option<&HttpAnswer>,
    ) -> Option<Next> {
        let consumer = self.memory.consumer.as_ref()?;
        let outgoing = Outgoing {
            id: &row.key,
            consumer: consumer.address.as_deref()?,
            content: row.content.as_ref()?,
            progress: &row.detail.progress,
        };
        Some(channel.adapter.next(&outgoing, answer))
    }

    fn finish_to_consumer(
        &mut self,
        row: &mut Row,
        outcome: Outcome,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        match outcome {
            Outcome::Delivered { remote_id } => {
                row.detail.remote_id = remote_id;
                self.deliver(row, false, context)
            }
            Outcome::Retry { after, cause } => {
                row.settle();
                self.retry(row, cause, after, context)
            }
            Outcome::Unknown { cause } => self.doubt(row, cause, context),
            Outcome::Refused { reason } => self.refuse(row, reason, context),
        }
    }
}
