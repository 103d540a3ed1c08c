//! How much may wait for one consumer.
//!
//! A lane that holds as much as its channel allows (`queue_messages`, `queue_bytes`) takes nothing more:
//!
//! - **From the platform**, a batch is taken whole or not at all, so that the platform brings all of it again. What is stored
//!   already is a duplicate as ever: bringing it again succeeds. A lane counts as full by what waited before, so that a batch of
//!   any size finds room once the lane has drained below its bound; it exceeds the bound by one callback's body at most.
//! - **From LiveEngage** everything is taken, since a refusal would put a whole app installation into retry. What finds no room
//!   becomes a dead letter, kept whole, and LiveEngage is told like of any other that it did not arrive.
//!
//! Our own rows (news, what did not arrive, a changed profile) are few for each message, count, and always find room.

use std::io;

use serde::Serialize;

use super::ending::explain;
use super::wire::{AcceptEvent, AcceptRequest};
use super::{Context, Engine, Lane, Row, Store, StoreError};
use crate::config::QueueBounds;
use crate::outcome::Refusal;

impl<S: Store> Engine<S> {
    /// Whether a batch brings something new that finds no room.
    pub(super) fn has_no_room(
        &mut self,
        request: &AcceptRequest,
        context: &Context<'_>,
    ) -> Result<bool, StoreError> {
        let lane = Lane::ToLiveengage;
        if !self.is_full(lane, context) {
            self.memory.told_full = false;
            return Ok(false);
        }
        for event in &request.events {
            if let AcceptEvent::Message { id, .. } = event
                && self.store.row(&format!("c:{id}"))?.is_none()
            {
                self.tell_full(lane);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Keeps an agent's message that finds no room as a dead letter. A message that is there already changes nothing.
    pub(super) fn insert_beyond_bounds(
        &mut self,
        mut row: Row,
        context: &Context<'_>,
    ) -> Result<bool, StoreError> {
        row.refuse(context.now, Refusal::QueueFull);
        let new = self.insert(row.clone())?;
        if new && let Some(channel) = self.channel(context) {
            let because = explain(channel.adapter.as_ref(), &Refusal::QueueFull);
            self.tell_not_delivered(&row, because, context)?;
        }
        Ok(new)
    }

    /// Whether as much waits in a lane as may.
    pub(super) fn is_full(&self, lane: Lane, context: &Context<'_>) -> bool {
        let channel = self.channel(context);
        let bounds = channel.map_or_else(QueueBounds::default, |channel| channel.queue);
        self.memory.waiting(lane) >= bounds.messages
            || self.memory.waiting_bytes(lane) >= bounds.bytes
    }

    /// Once, until there is room again: who floods must not flood the logs.
    fn tell_full(&mut self, lane: Lane) {
        if std::mem::replace(&mut self.memory.told_full, true) {
            return;
        }
        let fields = vec![
            ("lane", lane.as_str().to_owned()),
            ("waiting", self.memory.waiting(lane).to_string()),
            ("bytes", self.memory.waiting_bytes(lane).to_string()),
        ];
        self.raise("queue_full", fields);
    }
}

/// How long the stored content of a message that waits is; 0 for one that has ended.
pub fn content_bytes(row: &Row) -> u64 {
    match &row.content {
        Some(content) if row.state.is_open() => length(content),
        _ => 0,
    }
}

/// The length of a value's JSON, without making it.
fn length(value: &impl Serialize) -> u64 {
    let mut counter = Counter(0);
    // It writes nowhere, so that it cannot fail; content is stored as JSON all the time.
    let _ = serde_json::to_writer(&mut counter, value);
    counter.0
}

struct Counter(u64);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len() as u64);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Content;

    #[test]
    fn the_length_is_that_of_what_is_stored() {
        for text in ["", "hello", "\"quoted\"\n", "größer 👋"] {
            let text = text.to_owned();
            let content = Content::Text { text };
            let stored = serde_json::to_string(&content).unwrap();
            assert_eq!(length(&content), stored.len() as u64);
        }
    }
}
