//! Whom an object is about: what events tell of the person and of the conversations.

use std::borrow::Cow;

use super::consumer::Consumer;
use super::news;
use super::wire::{AcceptEvent, AcceptRequest, Route};
use super::{Context, Engine, Lane, Store, StoreError};
use crate::crypto;
use crate::http::Millis;
use crate::liveengage::notification::{ConversationChange, Standing};
use crate::message::{Command, Content, LastHeard};

impl<S: Store> Engine<S> {
    /// Takes over who the events are about: from the platform's side with a message, or for the dead letters of an object that
    /// has no consumer.
    pub(super) fn learn_consumer(
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
            let route = self.route_that_is_news(request)?;
            self.learn_route(&route, tells_profile, now)?;
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

    /// The route, without its profile where all messages are known: what comes again may tell an older one than is known by now.
    fn route_that_is_news<'r>(
        &self,
        request: &'r AcceptRequest,
    ) -> Result<Cow<'r, Route>, StoreError> {
        let route = &request.route;
        if route.profile.is_none() {
            return Ok(Cow::Borrowed(route));
        }
        for event in &request.events {
            if let AcceptEvent::Message { id, .. } = event
                && self.store.row(&format!("c:{id}"))?.is_none()
            {
                return Ok(Cow::Borrowed(route));
            }
        }
        Ok(Cow::Owned(Route {
            profile: None,
            ..route.clone()
        }))
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

    pub(super) fn learn_conversation(
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
