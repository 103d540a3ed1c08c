//! Draining a lane: one message at a time, one attempt at a time.
//!
//! An attempt's start is stored before its request is built, so that a message whose rendering crashes the process leaves a mark.
//! One found started and not ended, without this instance having it under way, was interrupted. The first interruption tells
//! nothing about whose fault it was; from then on the attempt's phases are stored too, and only interruptions in our own code
//! count towards giving the message up.

use std::rc::Rc;

use super::operate::Forget;
use super::send::{Goal, SendContext};
use super::signalling::SignalTicket;
use super::{
    Context, Engine, ExpectedEcho, LEASE, Lane, Phase, Row, RowState, StepEvent, Store, StoreError,
    retry,
};
use crate::attention::Report;
use crate::breaker::Destination;
use crate::config::{Channel, OnUnknown};
use crate::crypto;
use crate::http::{HttpAnswer, HttpRequest};
use crate::liveengage::Access;
use crate::outcome::{Cause, Refusal};
use crate::platforms::Progress;

/// What a drain does next.
#[derive(Debug)]
pub enum Work {
    /// Make this request and bring the answer to [`Engine::ended`].
    Send {
        /// Says which attempt it is.
        ticket: Ticket,
        /// The request.
        request: HttpRequest,
    },
    /// Fetch the account's domains and AppJWT, then ask again; [`Engine::postpone`] if that fails.
    Access {
        /// LiveEngage account id.
        account_id: String,
    },
    /// Tell the Directory that this LiveEngage consumer is ours, then call [`Engine::registered`] or [`Engine::postpone`].
    Register {
        /// LiveEngage account id.
        account_id: String,
        /// LiveEngage's id of the consumer.
        lp_consumer_id: String,
    },
    /// Lead Directory and KV from the conversation to this consumer, then call [`Engine::claim_ended`].
    Claim {
        /// LiveEngage account id.
        account_id: String,
        /// Conversation id.
        conversation_id: String,
    },
    /// Send this signal and bring the answer to [`Engine::signalled`].
    Signal {
        /// What it tells.
        ticket: SignalTicket,
        /// The request.
        request: HttpRequest,
    },
    /// Look up who this agent is, then call [`Engine::agent_looked_up`], also if that fails.
    LookUpAgent {
        /// LiveEngage account id.
        account_id: String,
        /// LiveEngage's id of the agent.
        agent_id: String,
    },
    /// Ask the platform who this person is, then call [`Engine::person_looked_up`], also if that fails.
    LookUpPerson {
        /// The request.
        request: HttpRequest,
    },
    /// Delete what leads from there to this consumer in Directory and KV, then call [`Engine::forgotten`].
    Forget {
        /// The conversation, or LiveEngage's id of the consumer.
        forget: Forget,
    },
    /// Tell the index of dead letters and stuck lanes how things stand, then call [`Engine::reported`].
    Report {
        /// Name of the Attention object.
        object: String,
        /// Counts reports.
        revision: u64,
        /// How things stand.
        report: Report,
    },
    /// Nothing to do before [`Engine::next_wake`].
    Idle,
}

/// Names one attempt of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Direction.
    pub lane: Lane,
    /// Key of the message.
    pub key: String,
    /// Number of the attempt.
    pub attempt: u32,
    /// Towards LiveEngage: what the request is for.
    pub(super) goal: Option<Goal>,
    /// Towards LiveEngage: which piece of the text it is about.
    pub(super) piece: usize,
    /// Towards LiveEngage: the service that is asked, where the breaker watches it.
    pub(super) destination: Option<Destination>,
}

/// What the shell does after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// Ask for the next work.
    GoOn,
    /// Forget the AppJWT that was used, then ask for the next work.
    RenewAppJwt,
}

impl<S: Store> Engine<S> {
    /// The next work of a lane.
    pub fn next(
        &mut self,
        lane: Lane,
        context: &Context<'_>,
        access: Option<&Access>,
    ) -> Result<Work, StoreError> {
        self.keep_for(context);
        match self.next_to_send(lane, context, access)? {
            Work::Idle => Ok(self.errand(lane, context)?.unwrap_or(Work::Idle)),
            work => Ok(work),
        }
    }

    fn next_to_send(
        &mut self,
        lane: Lane,
        context: &Context<'_>,
        access: Option<&Access>,
    ) -> Result<Work, StoreError> {
        if lane == Lane::ToLiveengage
            && let Some(work) = self.claim(context)
        {
            return Ok(work);
        }
        // Messages go first: however many signals come, none of them keeps a message waiting.
        if !self.memory.is_due(lane, context.now)
            && let Some(work) = self.next_signal(lane, context, access)?
        {
            return Ok(work);
        }
        loop {
            let Some(mut row) = self.head(lane)? else {
                return Ok(Work::Idle);
            };
            if row.state == RowState::Sending {
                if self.memory.has_in_flight(&row) && row.due_at > context.now {
                    return Ok(Work::Idle);
                }
                self.interrupted(&mut row, context)?;
                continue;
            }
            if row.due_at > context.now && !self.is_released(&row, context) {
                return Ok(Work::Idle);
            }
            let Some(channel) = self.channel(context) else {
                self.channel_is_missing(&mut row, context)?;
                return Ok(Work::Idle);
            };
            let repeatable =
                lane == Lane::ToConsumer && channel.adapter.repeatable(&row.detail.progress);
            if row.detail.unknown && channel.on_unknown == OnUnknown::Refuse && !repeatable {
                self.give_up_unknown(&mut row);
                self.refuse(&mut row, Refusal::OutcomeUnknown, context)?;
                continue;
            }
            if context.now.saturating_sub(row.age_from()) > channel.max_age {
                if row.detail.unknown {
                    self.give_up_unknown(&mut row);
                }
                self.refuse(&mut row, Refusal::Expired, context)?;
                continue;
            }
            let work = match lane {
                Lane::ToLiveengage => self.start_to_liveengage(row, &channel, context, access)?,
                Lane::ToConsumer => self.start_to_consumer(row, &channel, context)?,
            };
            if let Some(work) = work {
                return Ok(work);
            }
        }
    }

    /// Takes the answer to an attempt's request.
    pub fn ended(
        &mut self,
        ticket: &Ticket,
        answer: &HttpAnswer,
        context: &Context<'_>,
    ) -> Result<After, StoreError> {
        self.memory.landed(ticket);
        let (Some(mut row), Some(channel)) = (self.store.row(&ticket.key)?, self.channel(context))
        else {
            // Without its channel the answer cannot be read: as after a crash, nothing is known about the attempt.
            return Ok(After::GoOn);
        };
        // An attempt that was given up for lost and has not been followed by another may still say how it ended.
        let current = row.detail.attempt == ticket.attempt
            && (row.state == RowState::Sending
                || row.state == RowState::Waiting && row.detail.unknown);
        if current && row.detail.interruptions > 0 {
            row.detail.phase = Phase::Answered;
            self.save(&row)?;
            // Stored with what the answer means: this attempt has come to its end, so that what interrupted earlier ones was not the
            // message.
            row.detail.interruptions = 0;
            row.detail.crashes = 0;
        }
        if let Some(goal) = &ticket.goal {
            let request_id = request_id(&ticket.key, ticket.attempt);
            let upload = self.memory.upload_for(&ticket.key);
            let send = SendContext {
                channel: &channel,
                request_id: &request_id,
                upload: upload.as_ref(),
            };
            return self.ended_to_liveengage(row, ticket, goal, current, answer, &send, context);
        }
        if current {
            self.ended_to_consumer(row, answer, &channel, context)?;
        }
        Ok(After::GoOn)
    }

    /// Something that the head of a lane needs before its next attempt cannot be had now.
    pub fn postpone(
        &mut self,
        lane: Lane,
        cause: Cause,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        if lane == Lane::ToLiveengage {
            self.postpone_signals(context)?;
        }
        let head = self.head(lane)?;
        // One that waits for its time anyway is not concerned: it was a signal that could not go.
        let due = |row: &Row| row.state == RowState::Waiting && row.due_at <= context.now;
        if let Some(mut row) = head.filter(due) {
            self.retry(&mut row, cause, None, context)?;
        }
        Ok(())
    }

    /// The Directory knows the consumer.
    pub fn registered(&mut self, context: &Context<'_>) -> Result<(), StoreError> {
        if let Some(consumer) = &mut self.memory.consumer {
            consumer.registered_at = Some(context.now);
        }
        self.save_consumer(context.now)
    }

    /// A claim ended: Directory and KV lead to this consumer now, or it is to be tried again.
    pub fn claim_ended(
        &mut self,
        conversation_id: &str,
        succeeded: bool,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        if let Some(consumer) = &mut self.memory.consumer {
            if succeeded {
                consumer.claimed(conversation_id, context.now);
            } else {
                let failures = consumer.claim_failures;
                let cause = Cause::Internal;
                let pause =
                    retry::pause(Lane::ToLiveengage, &cause, failures, None, context.random);
                consumer.claim_failures = failures.saturating_add(1);
                consumer.claim_due_at = context.now + pause;
            }
            // Renewing a claim is no sign of life: an idle consumer would never be forgotten.
            self.store.put_consumer(consumer)?;
        }
        Ok(())
    }

    fn claim(&self, context: &Context<'_>) -> Option<Work> {
        let consumer = self.memory.consumer.as_ref()?;
        let conversation_id = consumer.unclaimed(context.now)?;
        (consumer.claim_due_at <= context.now).then(|| Work::Claim {
            account_id: consumer.account_id.clone(),
            conversation_id: conversation_id.to_owned(),
        })
    }

    pub(super) fn channel(&self, context: &Context<'_>) -> Option<Rc<Channel>> {
        let consumer = self.memory.consumer.as_ref()?;
        context
            .config
            .channel_of(&consumer.account_id, &consumer.namespace)
            .cloned()
    }

    /// Whether a held message need not wait any longer: what was missing below it has come.
    fn is_released(&self, row: &Row, context: &Context<'_>) -> bool {
        let seen = &self.memory.seen;
        row.detail.held
            && row.detail.attempt == 0
            && row.detail.source.as_ref().is_some_and(|source| {
                !seen.should_wait(&source.dialog_id, source.sequence, context.now)
            })
    }

    /// The mark that an attempt has begun, stored before anything of the message is rendered. A publish names its echo; the
    /// other steps towards LiveEngage leave untouched what is still unknown about an earlier publish.
    pub(super) fn begin(
        &mut self,
        row: &mut Row,
        echo: Option<ExpectedEcho>,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        row.state = RowState::Sending;
        row.due_at = context.now + LEASE;
        row.detail.attempt += 1;
        row.detail.phase = Phase::Begun;
        if echo.is_some() || row.lane == Lane::ToConsumer {
            row.detail.echo = echo;
            row.detail.unknown = false;
        }
        row.note(context.now, StepEvent::Started);
        self.memory.took_off(row);
        self.save(row)
    }

    /// The request is built. After an interruption this is stored, so that the next one can be told from a crash of ours.
    pub(super) fn on_its_way(
        &mut self,
        row: &mut Row,
        progress: Option<Progress>,
    ) -> Result<(), StoreError> {
        let careful = row.detail.interruptions > 0;
        let moved = progress.is_some_and(|progress| {
            let moved = progress != row.detail.progress;
            row.detail.progress = progress;
            moved
        });
        if careful {
            row.detail.phase = Phase::OnItsWay;
        }
        if careful || moved {
            self.save(row)?;
        }
        Ok(())
    }
}

/// Correlates a request with its answer. LiveEngage takes up to 64 characters; nothing of the message's key is told.
pub(super) fn request_id(key: &str, attempt: u32) -> String {
    let digest = crypto::sha256_hex(key.as_bytes());
    let short = digest.get(..32).unwrap_or_default();
    format!("{short}-{attempt}")
}
