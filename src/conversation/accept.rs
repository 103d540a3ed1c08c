//! Accepting: what comes in becomes rows, facts, or nothing, in one write batch.

use std::borrow::Cow;

use super::consumer::Consumer;
use super::echo::{external_ids, said};
use super::news;
use super::wire::{AcceptEvent, AcceptRequest, AcceptResponse, LaterEvent, Route};
use super::{Context, DialogPlace, Engine, Lane, Row, Store, StoreError};
use crate::config::command_word;
use crate::crypto;
use crate::http::Millis;
use crate::liveengage::content::content_of;
use crate::liveengage::notification::{ConversationChange, DialogEvent, Standing};
use crate::message::{Agent, Command, Content, File, FilePlace, LastHeard};
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

    /// Takes over who the events are about: from the platform's side with a message, or for the dead letters of an object that
    /// has no consumer.
    fn learn_consumer(
        &mut self,
        request: &AcceptRequest,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let now = context.now;
        let before = self.memory.consumer.clone();
        let route = &request.route;
        let has = |wanted: fn(&AcceptEvent) -> bool| request.events.iter().any(wanted);
        if has(|event| matches!(event, AcceptEvent::Message { .. })) {
            let tells_profile = has(|event| {
                matches!(
                    event,
                    AcceptEvent::Message {
                        content: Content::Command {
                            command: Command::UpdateProfile
                        },
                        ..
                    }
                )
            });
            self.learn_route(route, tells_profile, now)?;
            self.learn_last_heard(request, context)?;
        } else if before.is_none() && self.memory.tombstone.is_none() && has(may_need_row) {
            self.memory.consumer = Some(Consumer {
                account_id: route.account_id.clone(),
                touched_at: now,
                ..Consumer::default()
            });
        }
        if self.memory.consumer != before {
            self.save_consumer(now)?;
        }
        Ok(())
    }

    /// What comes again is not heard again: what of it was good for one answer may be used up.
    fn learn_last_heard(
        &mut self,
        request: &AcceptRequest,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let channel = self.channel(context);
        if !channel.is_some_and(|channel| channel.adapter.abilities().last_heard) {
            return Ok(());
        }
        for event in &request.events {
            let AcceptEvent::Message {
                id,
                content,
                sent_at,
                handle,
            } = event
            else {
                continue;
            };
            // What cannot be read is nothing that could be answered, and must not take a reply token's place; nor must what is known.
            if matches!(content, Content::Aside { .. } | Content::Malformed { .. })
                || self.store.row(&format!("c:{id}"))?.is_some()
            {
                continue;
            }
            if let Some(consumer) = &mut self.memory.consumer {
                consumer.said(LastHeard {
                    id: id.clone(),
                    // A clock ahead of ours must not keep the next ones from counting.
                    at: sent_at.map_or(context.now, |at| at.min(context.now)),
                    handle: handle.clone(),
                    answered: false,
                });
            }
        }
        Ok(())
    }

    /// `tells_profile`: one of the events is about the profile itself.
    pub(super) fn learn_route(
        &mut self,
        route: &Route,
        tells_profile: bool,
        now: Millis,
    ) -> Result<(), StoreError> {
        let consumer = self.memory.consumer.get_or_insert_with(|| Consumer {
            touched_at: now,
            ..Consumer::default()
        });
        consumer.account_id.clone_from(&route.account_id);
        if let Some(namespace) = &route.namespace {
            consumer.namespace.clone_from(namespace);
        }
        if let Some(channel) = &route.channel {
            consumer.channel.clone_from(channel);
        }
        consumer.address = route.address.clone().or(consumer.address.take());
        let before = consumer.profile.clone();
        if let Some(profile) = &route.profile {
            consumer.profile.merge(&profile.cleaned());
        }
        let changed = consumer.profile != before && consumer.has_open_conversation();
        if changed && !tells_profile {
            // The agent's view of the person is brought up to date before what the person says.
            let profile = serde_json::to_vec(&consumer.profile).unwrap_or_default();
            let key = format!("p:{now}:{}", crypto::sha256_hex(&profile));
            let content = Content::Command {
                command: Command::UpdateProfile,
            };
            let row = self.new_row(key, Lane::ToLiveengage, content, now);
            self.insert(row)?;
        }
        Ok(())
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

    fn learn_conversation(
        &mut self,
        change: &ConversationChange,
        context: &Context<'_>,
    ) -> Result<bool, StoreError> {
        let wants_news = self
            .channel(context)
            .is_some_and(|channel| channel.adapter.abilities().news);
        let Some(consumer) = &mut self.memory.consumer else {
            return Ok(false);
        };
        let id = &change.conversation_id;
        let before = consumer.known(id).cloned();
        let learned = consumer.apply(change, context.now);
        let after = consumer.known(id).cloned();
        if wants_news
            && consumer.address.is_some()
            && let Some(after) = after
        {
            for (name, news) in news::of(before.as_ref(), &after, change) {
                let content = Content::News {
                    conversation_id: id.clone(),
                    news,
                };
                let key = format!("s:{id}:{name}");
                let row = self.new_row(key, Lane::ToConsumer, content, context.now);
                self.insert(row)?;
            }
        }
        Ok(learned)
    }

    /// Returns whether a row was inserted (`None`: the event needs none) and whether the consumer changed.
    fn accept_dialog_event(
        &mut self,
        change: &DialogEvent,
        context: &Context<'_>,
    ) -> Result<(Option<bool>, bool), StoreError> {
        let now = context.now;
        if self.memory.consumer.is_none() && self.memory.tombstone.is_some() {
            // The person was erased: what is still said in the conversation goes nowhere.
            return Ok((None, false));
        }
        let standing = change.standing(
            self.memory
                .consumer
                .as_ref()
                .and_then(Consumer::lp_consumer_id),
        );
        let place = change.sequence.map(|sequence| DialogPlace {
            dialog_id: change.dialog_id.clone(),
            sequence,
        });
        let learned = match &mut self.memory.consumer {
            Some(consumer) => consumer.heard(&change.conversation_id, now),
            None => false,
        };
        let carries_content = change.body.carries_content();
        let inserted = match standing {
            Standing::Echo => {
                if let (Some(place), Some(said)) = (&place, said(change)) {
                    self.settle_by_echo(place, said, &external_ids(change), context)?;
                }
                None
            }
            Standing::Private => None,
            Standing::Forward if !carries_content => {
                self.accept_agent_signal(change, context);
                None
            }
            Standing::Unattributed if !carries_content => None,
            Standing::Forward => Some(self.accept_from_agent(change, place.as_ref(), context)?),
            Standing::Unattributed => {
                let refusal = Refusal::Malformed {
                    what: "the event has neither a role nor an originator".to_owned(),
                };
                let mut row = self.row_from_agent(change, place.as_ref(), now);
                row.refuse(now, refusal);
                Some(self.insert(row)?)
            }
        };
        if let Some(place) = &place {
            self.memory
                .seen
                .account(&place.dialog_id, place.sequence, now);
        }
        Ok((inserted, learned))
    }

    fn accept_from_agent(
        &mut self,
        change: &DialogEvent,
        place: Option<&DialogPlace>,
        context: &Context<'_>,
    ) -> Result<bool, StoreError> {
        let now = context.now;
        self.memory.signals.agent_said();
        let mut row = self.row_from_agent(change, place, now);
        if self
            .memory
            .consumer
            .as_ref()
            .is_none_or(|consumer| consumer.address.is_none())
        {
            row.refuse(now, Refusal::NoAddress);
            return self.insert(row);
        }
        if self.is_full(Lane::ToConsumer, context) {
            return self.insert_beyond_bounds(row, context);
        }
        let reorder_wait = self.reorder_wait(context);
        if let Some(place) = place.filter(|_| reorder_wait > 0) {
            if let Some(position) = self.place_before_higher(place)? {
                row.position = position;
            }
            // Asked as if it were accounted for already: a gap is about the numbers below it.
            self.memory
                .seen
                .account(&place.dialog_id, place.sequence, now);
            if self
                .memory
                .seen
                .should_wait(&place.dialog_id, place.sequence, now)
            {
                row.detail.held = true;
                row.due_at = now + reorder_wait;
            }
        }
        self.insert(row)
    }

    fn reorder_wait(&self, context: &Context<'_>) -> Millis {
        self.memory
            .consumer
            .as_ref()
            .and_then(|consumer| {
                context
                    .config
                    .channel_of(&consumer.account_id, &consumer.namespace)
            })
            .map_or(0, |channel| channel.reorder_wait)
    }

    /// The place before the first message of the same dialog that has a higher sequence and has not been tried yet.
    fn place_before_higher(&self, place: &DialogPlace) -> Result<Option<u64>, StoreError> {
        for key in self.memory.lane(Lane::ToConsumer) {
            let Some(row) = self.store.row(key)? else {
                continue;
            };
            let higher = row.detail.source.as_ref().is_some_and(|source| {
                source.dialog_id == place.dialog_id && source.sequence > place.sequence
            });
            if higher && row.detail.attempt == 0 {
                return Ok(self.memory.place_before(Lane::ToConsumer, row.position));
            }
        }
        Ok(None)
    }

    fn row_from_agent(
        &self,
        change: &DialogEvent,
        place: Option<&DialogPlace>,
        now: Millis,
    ) -> Row {
        let content = content_of(change);
        let key = match place {
            Some(place) => format!("l:{}:{}", place.dialog_id, place.sequence),
            // Content without a sequence is not documented; what it says names it then.
            None => {
                let whole = serde_json::to_vec(change).unwrap_or_default();
                format!("l:{}:{}", change.dialog_id, crypto::sha256_hex(&whole))
            }
        };
        let mut row = self.new_row(key, Lane::ToConsumer, content, now);
        row.detail.source = place.cloned();
        row.detail.agent = change.originator_id.as_ref().map(|id| Agent {
            id: id.clone(),
            role: change.role.clone(),
            ..Agent::default()
        });
        if let Some(Content::File { file }) = &row.content
            && matches!(file.at, FilePlace::Liveengage { .. })
        {
            // Its caption goes with the content.
            row.detail.file = Some(File {
                caption: None,
                ..file.clone()
            });
        }
        row
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

/// Whether an event becomes a row where the consumer is not known: content from LiveEngage becomes a dead letter then.
fn may_need_row(event: &AcceptEvent) -> bool {
    match event {
        AcceptEvent::DeadLetter { .. } => true,
        AcceptEvent::Later(later) => !later.is_signal(),
        AcceptEvent::Dialog { change } => {
            let standing = change.standing(None);
            change.body.carries_content()
                && matches!(standing, Standing::Forward | Standing::Unattributed)
        }
        _ => false,
    }
}
