//! Accepting: what comes in becomes rows, facts, or nothing, in one write batch.

use std::borrow::Cow;

use super::wire::{AcceptEvent, AcceptRequest, AcceptResponse, LaterEvent, Route};
use super::{Context, Engine, Lane, Row, Store, StoreError};
use crate::config::command_word;
use crate::http::Millis;
use crate::message::Content;
use crate::outcome::Refusal;

impl<S: Store> Engine<S> {
    /// Accepts events in their order. When this returns they are in storage, and the caller may acknowledge them as soon as
    /// storage is durable; a duplicate has no effect. Where the answer says `full`, none is, and the sender has to come again.
    pub fn accept(
        &mut self,
        request: &AcceptRequest,
        context: &Context<'_>,
    ) -> Result<AcceptResponse, StoreError> {
        self.keep_for(context);
        let mut response = AcceptResponse::default();
        let (request, erased) = self.without_erased(request);
        response.duplicates += erased;
        if self.has_no_room(&request, context)? {
            response.full = true;
            return Ok(response);
        }
        // The consumer goes first: a batch that breaks off must not leave rows that belong to nobody.
        self.learn_consumer(&request, context)?;
        let mut learned = false;
        for event in &request.events {
            let inserted = match event {
                AcceptEvent::Message { id, content, .. } => {
                    self.memory.signals.consumer_said();
                    let content = self.understood(content, context);
                    let mut row =
                        self.new_row(format!("c:{id}"), Lane::ToLiveengage, content, context.now);
                    if let Some(Content::Malformed { what, .. }) = &row.content {
                        let refusal = Refusal::Malformed { what: what.clone() };
                        row.refuse(context.now, refusal);
                    }
                    Some(self.insert(row)?)
                }
                AcceptEvent::DeadLetter {
                    id,
                    lane,
                    content,
                    refusal,
                } => {
                    let mut row =
                        self.new_row(format!("x:{id}"), *lane, content.clone(), context.now);
                    row.refuse(context.now, refusal.clone());
                    Some(self.insert(row)?)
                }
                AcceptEvent::Dialog { change } => {
                    let (inserted, heard) = self.accept_dialog_event(change, context)?;
                    learned |= heard;
                    inserted
                }
                AcceptEvent::Conversation { change } => {
                    learned |= self.learn_conversation(change, context)?;
                    None
                }
                AcceptEvent::Signal { signal } => {
                    self.accept_signal(signal, context)?;
                    None
                }
                AcceptEvent::Later(later) => self.keep_later(later, &request.route, context)?,
            };
            match inserted {
                Some(true) => response.accepted += 1,
                Some(false) => response.duplicates += 1,
                None => response.facts += 1,
            }
        }
        if learned {
            self.save_consumer(context.now)?;
            self.hasten(context.now)?;
        }
        Ok(response)
    }

    /// What a person had said before being erased does not bring the person back when it is delivered again.
    fn without_erased<'r>(&self, request: &'r AcceptRequest) -> (Cow<'r, AcceptRequest>, u32) {
        let Some(tombstone) = &self.memory.tombstone else {
            return (Cow::Borrowed(request), 0);
        };
        let is_known = |event: &AcceptEvent| match event {
            AcceptEvent::Message { id, .. } => tombstone.knows(&format!("c:{id}")),
            AcceptEvent::Later(later) => tombstone.knows(&later.key()),
            _ => false,
        };
        let mut rest = request.clone();
        rest.events.retain(|event| !is_known(event));
        let erased = request.events.len() - rest.events.len();
        (Cow::Owned(rest), u32::try_from(erased).unwrap_or(u32::MAX))
    }

    /// Keeps an event of a later release as a dead letter: whoever sent it has been told that it is durable. `None` for a signal.
    fn keep_later(
        &mut self,
        later: &LaterEvent,
        route: &Route,
        context: &Context<'_>,
    ) -> Result<Option<bool>, StoreError> {
        self.log("later_event", vec![("kind", later.kind.clone())]);
        if later.is_signal() {
            return Ok(None);
        }
        let mut row = self.new_row(later.key(), later.lane(route), later.content(), context.now);
        let refusal = Refusal::Malformed { what: later.what() };
        row.refuse(context.now, refusal);
        self.insert(row).map(Some)
    }

    /// What the consumer means: a word that the channel takes for a command, the number or title of a choice, a choice by its
    /// reference, or just what was said.
    fn understood(&self, content: &Content, context: &Context<'_>) -> Content {
        let Some(consumer) = &self.memory.consumer else {
            return content.clone();
        };
        let chosen = match content {
            Content::Text { text } => {
                let channel = self.channel(context);
                let word = command_word(text);
                if let Some(command) = channel.and_then(|it| it.commands.get(&word).cloned()) {
                    return Content::Command { command };
                }
                let typed = consumer.typed(text);
                typed.map(|(offer, index)| offer.reference(index))
            }
            Content::Choice { reference, .. } => reference.clone(),
            _ => None,
        };
        let Some(reference) = chosen else {
            return content.clone();
        };
        match consumer.referenced(&reference) {
            Some((offer, choice)) => Content::Choice {
                text: choice.text.clone(),
                metadata: choice.metadata.clone(),
                offered_in: offer.place.clone(),
                reference: Some(reference),
            },
            None => content.clone(),
        }
    }

    /// What the head message waits for may just have been told.
    pub(super) fn hasten(&mut self, now: Millis) -> Result<(), StoreError> {
        let head = self.head(Lane::ToLiveengage)?;
        if let Some(mut row) = head.filter(|row| row.awaits_conversation() && row.due_at > now) {
            row.due_at = now;
            self.save(&row)?;
        }
        Ok(())
    }

    pub(super) fn new_row(&self, key: String, lane: Lane, content: Content, now: Millis) -> Row {
        Row::accepted(key, lane, self.memory.tail(), content, now)
    }

    pub(super) fn insert(&mut self, row: Row) -> Result<bool, StoreError> {
        let erased = self.memory.tombstone.as_ref();
        if erased.is_some_and(|tombstone| tombstone.knows(&row.key)) {
            return Ok(false);
        }
        let new = self.store.insert(&row)?;
        if new {
            self.memory.put(&row);
            if let Some(refusal) = &row.detail.refusal {
                self.log_refusal(&row, refusal);
            }
        }
        Ok(new)
    }
}
