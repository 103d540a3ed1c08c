//! One attempt towards the consumer's platform, as its adapter says.

use super::{Context, Engine, Row, Store, StoreError, Ticket, Work};
use crate::breaker::Destination;
use crate::config::Channel;
use crate::crypto;
use crate::files::{self, file_id};
use crate::http::HttpAnswer;
use crate::message::{Agent, Content, News, Offer, Reference};
use crate::outcome::{Outcome, Refusal};
use crate::platforms::{Next, Outgoing, Progress};
use crate::rich::{self, QuickReplies};

impl<S: Store> Engine<S> {
    /// Starts the next attempt of a message. `None`: it has ended without one, look at the lane again.
    pub(super) fn start_to_consumer(
        &mut self,
        mut row: Row,
        channel: &Channel,
        context: &Context<'_>,
    ) -> Result<Option<Work>, StoreError> {
        if let Some(work) = self.unknown_agent(who(&row).as_ref(), channel, context) {
            return Ok(Some(work));
        }
        let destination = Destination::channel(&channel.name);
        if !self.may_send(&mut row, &destination, context)? {
            return Ok(Some(Work::Idle));
        }
        // What its earlier attempt came to is not waited for any longer.
        if row.detail.unknown {
            self.give_up_unknown(&mut row);
        }
        self.begin(&mut row, None, context)?;
        self.put_on_offer(&row, context)?;
        let next = self.outgoing(&row, channel, context, |message| {
            channel.adapter.next(message, None)
        });
        match next {
            Some(Next::Request { request, progress }) => {
                self.has_answered(context)?;
                self.on_its_way(&mut row, Some(progress))?;
                let ticket = Ticket {
                    lane: row.lane,
                    key: row.key,
                    attempt: row.detail.attempt,
                    goal: None,
                    piece: 0,
                    destination: None,
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
        let next = self.outgoing(&row, channel, context, |message| {
            channel.adapter.next(message, Some(answer))
        });
        if let Some(next) = &next {
            let failure = match next {
                Next::Done {
                    outcome: Outcome::Retry { after, cause },
                    ..
                } => Some((cause, *after)),
                Next::Done {
                    outcome: Outcome::Unknown { cause },
                    ..
                } => Some((cause, None)),
                _ => None,
            };
            let destination = Destination::channel(&channel.name);
            self.tell_breaker(&destination, failure, context);
        }
        match next {
            Some(Next::Request { progress, .. }) => self.step_succeeded(row, progress, context),
            Some(Next::Done { outcome, progress }) => {
                row.detail.progress = progress;
                self.finish_to_consumer(&mut row, outcome, context)
            }
            None => self.refuse(&mut row, Refusal::NoAddress, context),
        }
    }

    /// A step of several succeeded.
    pub(super) fn step_succeeded(
        &mut self,
        mut row: Row,
        progress: Progress,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        row.detail.failures = 0;
        row.detail.step_began = row.detail.attempt + 1;
        row.settle();
        if row.state.is_open() {
            row.advance(context.now, progress);
        } else {
            // A dead letter stays one; sent again, it goes on behind this step.
            row.detail.progress = progress;
        }
        self.save(&row)
    }

    /// Gives the adapter a message as it is now. `None`: its content or the person's address is gone.
    pub(super) fn outgoing<T>(
        &self,
        row: &Row,
        channel: &Channel,
        context: &Context<'_>,
        ask: impl FnOnce(&Outgoing<'_>) -> T,
    ) -> Option<T> {
        let consumer = self.memory.consumer.as_ref()?;
        let content = row.content.as_ref()?;
        let offer = offer_of(row);
        let file_url = row.detail.file.as_ref().and_then(|_| {
            // From a time that stays, so that every attempt sends the same address.
            let until = row.age_from() + channel.file_link;
            let public_url = context.config.public_url.as_deref()?;
            let identity = context.config.identity_key.as_ref()?;
            Some(files::link(
                public_url,
                identity,
                context.key,
                &file_id(&row.key),
                until,
            ))
        });
        let agent = self.shown(who(row), channel, context);
        let reference = Reference::of(&row.key, row.detail.attempt).to_string();
        Some(ask(&Outgoing {
            id: &row.key,
            reference: &reference,
            consumer: consumer.address.as_deref()?,
            content,
            offer: offer.as_ref(),
            agent: agent.as_ref(),
            place: row.detail.source.as_ref(),
            file_url: file_url.as_deref(),
            heard: consumer.last_heard.as_ref(),
            callback_url: &channel.callback_url,
            progress: &row.detail.progress,
            now: context.now,
        }))
    }

    /// What of the last thing heard is good for one answer is used up, in the same write as the start of the attempt.
    fn has_answered(&mut self, context: &Context<'_>) -> Result<(), StoreError> {
        let consumer = self.memory.consumer.as_mut();
        match consumer.and_then(|consumer| consumer.last_heard.as_mut()) {
            Some(heard) if !heard.answered => {
                heard.answered = true;
                self.save_consumer(context.now)
            }
            _ => Ok(()),
        }
    }

    /// An agent with name and picture, where the channel shows them.
    fn shown(
        &self,
        agent: Option<Agent>,
        channel: &Channel,
        context: &Context<'_>,
    ) -> Option<Agent> {
        let agent = agent?;
        let consumer = self.memory.consumer.as_ref()?;
        let known = consumer.agent(&agent.id, context.now);
        let shown = known.filter(|_| channel.show_agent);
        Some(Agent {
            name: shown.and_then(|known| known.name.clone()),
            picture: shown.and_then(|known| known.picture.clone()),
            ..agent
        })
    }

    /// What a message offers can be chosen from now on; what an earlier one offered can still be tapped, but no longer typed.
    fn put_on_offer(&mut self, row: &Row, context: &Context<'_>) -> Result<(), StoreError> {
        if matches!(row.content, Some(Content::News { .. })) {
            return Ok(());
        }
        let offer = offer_of(row);
        let Some(consumer) = &mut self.memory.consumer else {
            return Ok(());
        };
        let id = offer.as_ref().map(|offer| &offer.id);
        if consumer.on_offer.as_ref() == id {
            return Ok(());
        }
        consumer.offer(offer);
        self.save_consumer(context.now)
    }

    /// The platform has all of it, as an answer or a report says.
    pub(super) fn delivered_to_consumer(
        &mut self,
        row: &mut Row,
        by_report: bool,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        self.deliver(row, by_report, context)?;
        self.take_early_receipts(row, context)
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
                self.delivered_to_consumer(row, false, context)
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

/// Who says a message or is spoken of in it, by id and role.
fn who(row: &Row) -> Option<Agent> {
    row.detail.agent.clone().or_else(|| match &row.content {
        Some(Content::News {
            news: News::AgentJoined { agent_id },
            ..
        }) => Some(Agent {
            id: agent_id.clone(),
            role: Some("ASSIGNED_AGENT".to_owned()),
            ..Agent::default()
        }),
        _ => None,
    })
}

/// The choices that a message offers.
fn offer_of(row: &Row) -> Option<Offer> {
    let Some(Content::Structured {
        content,
        quick_replies,
        ..
    }) = &row.content
    else {
        return None;
    };
    let content = content.as_ref().map(rich::parse);
    let quick_replies = quick_replies.as_ref().map(QuickReplies::parse);
    let choices = rich::choices(content.as_ref(), quick_replies.as_ref());
    let digest = crypto::sha256_hex(row.key.as_bytes());
    (!choices.is_empty()).then(|| Offer {
        id: digest.get(..8).unwrap_or_default().to_owned(),
        place: row.detail.source.clone(),
        choices,
    })
}
