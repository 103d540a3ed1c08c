//! Looking: what an operator sees of a consumer and its messages.

use super::{Answer, ConsumerView, LaneView, MessageView};
use crate::conversation::{Context, Engine, Lane, Row, RowState, Store, StoreError};
use crate::message::Content;

/// The prefix of a row that tells LiveEngage about a message that has not arrived.
const NOT_DELIVERED: &str = "n:";

impl<S: Store> Engine<S> {
    pub(super) fn show(&self, context: &Context<'_>) -> Result<Answer, StoreError> {
        let erased_at = self.memory.tombstone.as_ref().map(|it| it.erased_at);
        let consumer = match (&self.memory.consumer, erased_at) {
            (Some(consumer), _) => consumer.clone(),
            (None, Some(_)) => Default::default(),
            (None, None) => return Ok(Answer::Unknown),
        };
        let mut lanes = Vec::new();
        for lane in Lane::ALL {
            let head = match self.head(lane)? {
                Some(row) => Some(self.view(&row, true)?),
                None => None,
            };
            lanes.push(LaneView {
                lane,
                waiting: self.memory.waiting(lane),
                head,
            });
        }
        let view = ConsumerView {
            key: context.key.to_string(),
            lp_consumer_id: consumer.lp_consumer_id().map(str::to_owned),
            account_id: consumer.account_id,
            namespace: consumer.namespace,
            channel: consumer.channel,
            conversations: consumer.conversations,
            already_open_since: consumer.already_open_since,
            lanes,
            dead_letters: self.memory.dead.len(),
            messages: self.memory.count(),
            last_activity: self.memory.last_activity,
            erased_at,
        };
        let consumer = Box::new(view);
        Ok(Answer::Consumer { consumer })
    }

    pub(super) fn list(
        &self,
        lane: Option<Lane>,
        state: Option<RowState>,
        limit: usize,
    ) -> Result<Answer, StoreError> {
        let wanted = |row: &&super::super::RowSummary| {
            let fits = match state {
                None => true,
                Some(RowState::Refused) => row.refused,
                Some(RowState::Delivered) => !row.open && !row.refused,
                // Which of both a summary does not tell; both still have to go.
                Some(RowState::Waiting | RowState::Sending) => row.open,
            };
            fits && lane.is_none_or(|lane| lane == row.lane)
        };
        let summaries = self.store.summaries()?;
        let mut fitting: Vec<_> = summaries.iter().filter(wanted).collect();
        fitting.sort_by_key(|row| std::cmp::Reverse(row.position));
        let more = fitting.len().saturating_sub(limit);
        let mut messages = Vec::new();
        for summary in fitting.into_iter().take(limit) {
            if let Some(row) = self.store.row(&summary.key)? {
                messages.push(self.view(&row, false)?);
            }
        }
        Ok(Answer::Messages { messages, more })
    }

    pub(super) fn trace(&self, message: &str) -> Result<Answer, StoreError> {
        let Some(row) = self.store.row(message)? else {
            return Ok(Answer::Unknown);
        };
        let message = Box::new(self.view(&row, true)?);
        Ok(Answer::Message { message })
    }

    fn view(&self, row: &Row, with_trace: bool) -> Result<MessageView, StoreError> {
        let news = self.store.row(&format!("{NOT_DELIVERED}{}", row.key))?;
        Ok(MessageView {
            key: row.key.clone(),
            lane: row.lane,
            state: row.state,
            accepted_at: row.accepted_at,
            due_at: row.due_at,
            kind: row.content.as_ref().and_then(kind),
            attempts: row.detail.attempt,
            failures: row.detail.failures,
            unknown: row.detail.unknown,
            source: row.detail.source.clone(),
            published: row.detail.published.clone(),
            remote_id: row.detail.remote_id.clone(),
            refusal: row.detail.refusal.clone(),
            discarded: row.detail.discarded,
            requeued_at: row.detail.requeued_at,
            not_delivered: news.map(|row| row.state),
            trace: if with_trace {
                row.trace.clone()
            } else {
                Vec::new()
            },
        })
    }
}

/// The stored name of a kind of content.
fn kind(content: &Content) -> Option<String> {
    let stored = serde_json::to_value(content).ok()?;
    Some(stored.get("kind")?.as_str()?.to_owned())
}
