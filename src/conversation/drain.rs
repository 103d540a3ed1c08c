//! Draining a lane: one message at a time, one attempt at a time.
//!
//! An attempt's start is stored before its request is built, so that a message whose rendering crashes the process leaves a mark.
//! One found started and not ended, without this instance having it under way, was interrupted. The first interruption tells
//! nothing about whose fault it was; from then on the attempt's phases are stored too, and only interruptions in our own code
//! count towards giving the message up.

use super::echo::{piece, text_digest};
use super::{
    ALREADY_OPEN_ALARM, CRASHES, ConsumerKeyed, Context, ECHO_WAIT, Engine, ExpectedEcho, LEASE,
    Lane, Phase, Resent, Row, RowState, StepEvent, Store, StoreError, retry,
};
use crate::config::{Channel, OnUnknown};
use crate::crypto;
use crate::http::{HttpAnswer, HttpRequest, Millis};
use crate::liveengage::Access;
use crate::liveengage::send::{self, Goal, RequestFault, SendContext, SendProgress, Verdict};
use crate::outcome::{Cause, Outcome, Refusal};
use crate::platforms::{Next, Outgoing, Progress};

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
    /// Nothing to do before that time.
    Wait {
        /// Due time.
        until: Millis,
    },
    /// Nothing to do.
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
    goal: Option<Goal>,
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
        if let Some(work) = self.claim(context.now) {
            return Ok(work);
        }
        loop {
            let Some(mut row) = self.head(lane)? else {
                return Ok(Work::Idle);
            };
            if row.state == RowState::Sending {
                let under_way = self.memory.in_flight.get(&lane)
                    == Some(&(row.key.clone(), row.detail.attempt));
                if under_way && row.due_at > context.now {
                    return Ok(Work::Wait { until: row.due_at });
                }
                self.interrupted(&mut row, context)?;
                continue;
            }
            if row.due_at > context.now && !self.is_released(&row, context.now) {
                return Ok(Work::Wait { until: row.due_at });
            }
            let Some(consumer) = &self.memory.consumer else {
                return Ok(Work::Idle);
            };
            let Some(channel) = context
                .config
                .channel_of(&consumer.account_id, &consumer.namespace)
            else {
                let (account_id, name) = (consumer.account_id.clone(), consumer.channel.clone());
                self.channel_is_missing(&mut row, account_id, name, context)?;
                return Ok(Work::Wait { until: row.due_at });
            };
            let channel = std::rc::Rc::clone(channel);
            if row.detail.unknown {
                if channel.on_unknown == OnUnknown::Refuse {
                    self.refuse(&mut row, Refusal::OutcomeUnknown, context)?;
                    continue;
                }
                self.resend(&mut row);
            }
            if context.now.saturating_sub(row.accepted_at) > channel.max_age {
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
        if self.memory.in_flight.get(&ticket.lane) == Some(&(ticket.key.clone(), ticket.attempt)) {
            self.memory.in_flight.remove(&ticket.lane);
        }
        let Some(mut row) = self.store.row(&ticket.key)? else {
            return Ok(After::GoOn);
        };
        let current = row.detail.attempt == ticket.attempt
            && (row.state == RowState::Sending
                || row.state == RowState::Waiting && row.detail.unknown);
        let Some(channel) = self.channel(context) else {
            // The channel went while the request was under way: as after a crash, nothing is known about it.
            return Ok(After::GoOn);
        };
        if current && row.detail.interruptions > 0 {
            row.detail.phase = Phase::Answered;
            self.store.update(&row)?;
        }
        if let Some(goal) = &ticket.goal {
            let request_id = request_id(&ticket.key, ticket.attempt);
            let send_context = SendContext {
                channel: &channel,
                request_id: &request_id,
            };
            return self.ended_to_liveengage(row, goal, current, answer, &send_context, context);
        }
        if current {
            self.ended_to_consumer(row, answer, &channel, context)?;
        }
        Ok(After::GoOn)
    }

    /// Something that the head of a lane needs cannot be had now.
    pub fn postpone(
        &mut self,
        lane: Lane,
        cause: Cause,
        after: Option<Millis>,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        if let Some(mut row) = self
            .head(lane)?
            .filter(|row| row.state == RowState::Waiting)
        {
            self.retry(&mut row, cause, after, context)?;
        }
        Ok(())
    }

    /// The Directory knows the consumer.
    pub fn registered(&mut self, now: Millis) -> Result<(), StoreError> {
        if let Some(consumer) = &mut self.memory.consumer {
            consumer.registered_at = Some(now);
        }
        self.save_consumer(now)
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
                let pause = retry::pause(
                    Lane::ToLiveengage,
                    &Cause::Internal,
                    failures,
                    None,
                    context.random,
                );
                consumer.claim_failures = failures.saturating_add(1);
                consumer.claim_due_at = context.now + pause;
            }
        }
        self.save_consumer(context.now)
    }

    fn claim(&self, now: Millis) -> Option<Work> {
        let consumer = self.memory.consumer.as_ref()?;
        let conversation_id = consumer.unclaimed(now)?;
        (consumer.claim_due_at <= now).then(|| Work::Claim {
            account_id: consumer.account_id.clone(),
            conversation_id: conversation_id.to_owned(),
        })
    }

    fn channel(&self, context: &Context<'_>) -> Option<std::rc::Rc<Channel>> {
        let consumer = self.memory.consumer.as_ref()?;
        context
            .config
            .channel_of(&consumer.account_id, &consumer.namespace)
            .cloned()
    }

    /// Whether a held message need not wait any longer: what was missing below it has come.
    fn is_released(&self, row: &Row, now: Millis) -> bool {
        row.detail.held
            && row.detail.attempt == 0
            && row.detail.source.as_ref().is_some_and(|source| {
                !self
                    .memory
                    .seen
                    .should_wait(&source.dialog_id, source.sequence, now)
            })
    }

    /// The mark that an attempt has begun, stored before anything of the message is rendered.
    fn begin(
        &mut self,
        row: &mut Row,
        echo: Option<ExpectedEcho>,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        row.state = RowState::Sending;
        row.due_at = context.now + LEASE;
        row.detail.attempt += 1;
        row.detail.echo = echo;
        row.detail.unknown = false;
        row.detail.phase = Phase::Begun;
        row.note(context.now, StepEvent::Started);
        self.memory
            .in_flight
            .insert(row.lane, (row.key.clone(), row.detail.attempt));
        self.store.update(row)
    }

    /// The request is built. After an interruption this is stored, so that the next one can be told from a crash of ours.
    fn on_its_way(&mut self, row: &mut Row, progress: Option<Progress>) -> Result<(), StoreError> {
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
            self.store.update(row)?;
        }
        Ok(())
    }

    fn start_to_liveengage(
        &mut self,
        mut row: Row,
        channel: &Channel,
        context: &Context<'_>,
        access: Option<&Access>,
    ) -> Result<Option<Work>, StoreError> {
        let Some(consumer) = &self.memory.consumer else {
            return Ok(Some(Work::Idle));
        };
        let account_id = consumer.account_id.clone();
        let Some(access) = access else {
            return Ok(Some(Work::Access { account_id }));
        };
        let progress: SendProgress = row.detail.progress.read();
        let goal = send::goal(consumer, &progress, context.now);
        let echo = match &goal {
            Goal::Register { lp_consumer_id } => {
                return Ok(Some(Work::Register {
                    account_id,
                    lp_consumer_id: lp_consumer_id.clone(),
                }));
            }
            Goal::AwaitClose => {
                if let Verdict::Retry { cause, after } = send::await_close() {
                    self.retry(&mut row, cause, after, context)?;
                }
                return Ok(Some(Work::Wait { until: row.due_at }));
            }
            Goal::Publish { dialog_id, .. } => Some(ExpectedEcho {
                dialog_id: dialog_id.clone(),
                above: self.memory.seen.highest(dialog_id),
            }),
            Goal::ConsumerToken | Goal::Create => None,
        };
        self.begin(&mut row, echo, context)?;
        let request_id = request_id(&row.key, row.detail.attempt);
        let send_context = SendContext {
            channel,
            request_id: &request_id,
        };
        let Some(consumer) = &self.memory.consumer else {
            return Ok(Some(Work::Idle));
        };
        let keyed = ConsumerKeyed {
            key: context.key,
            state: consumer,
        };
        let Some(content) = row.content.clone() else {
            self.refuse(&mut row, nothing_left(), context)?;
            return Ok(None);
        };
        match send::request(&goal, &send_context, access, &keyed, &content, &progress) {
            Ok(request) => {
                self.on_its_way(&mut row, None)?;
                let ticket = ticket(&row, Some(goal));
                Ok(Some(Work::Send { ticket, request }))
            }
            Err(RequestFault::Refused(refusal)) => {
                self.refuse(&mut row, refusal, context)?;
                Ok(None)
            }
            Err(RequestFault::NoToken) => {
                self.retry(&mut row, Cause::Internal, None, context)?;
                Ok(Some(Work::Wait { until: row.due_at }))
            }
        }
    }

    fn start_to_consumer(
        &mut self,
        mut row: Row,
        channel: &Channel,
        context: &Context<'_>,
    ) -> Result<Option<Work>, StoreError> {
        self.begin(&mut row, None, context)?;
        let Some(next) = self.ask_adapter(&row, channel, None) else {
            self.refuse(&mut row, Refusal::NoAddress, context)?;
            return Ok(None);
        };
        match next {
            Next::Request { request, progress } => {
                self.on_its_way(&mut row, Some(progress))?;
                let ticket = ticket(&row, None);
                Ok(Some(Work::Send { ticket, request }))
            }
            Next::Done { outcome, progress } => {
                row.detail.progress = progress;
                self.finish_to_consumer(&mut row, outcome, context)?;
                Ok(None)
            }
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

    fn ended_to_consumer(
        &mut self,
        mut row: Row,
        answer: &HttpAnswer,
        channel: &Channel,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        match self.ask_adapter(&row, channel, Some(answer)) {
            Some(Next::Request { progress, .. }) => {
                row.detail.failures = 0;
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

    fn finish_to_consumer(
        &mut self,
        row: &mut Row,
        outcome: Outcome,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        match outcome {
            Outcome::Delivered { remote_id } => {
                row.detail.remote_id = remote_id;
                row.deliver(context.now, false);
                self.log_outcome(row, "delivered");
                self.save(row)
            }
            Outcome::Retry { after, cause } => self.retry(row, cause, after, context),
            Outcome::Unknown { cause } => self.doubt(row, cause, context),
            Outcome::Refused { reason } => self.refuse(row, reason, context),
        }
    }

    fn ended_to_liveengage(
        &mut self,
        mut row: Row,
        goal: &Goal,
        current: bool,
        answer: &HttpAnswer,
        send_context: &SendContext<'_>,
        context: &Context<'_>,
    ) -> Result<After, StoreError> {
        let Some(consumer) = &mut self.memory.consumer else {
            return Ok(After::GoOn);
        };
        let before = consumer.clone();
        let content = row
            .content
            .clone()
            .unwrap_or(crate::message::Content::Text {
                text: String::new(),
            });
        let mut progress: SendProgress = row.detail.progress.read();
        let verdict = send::conclude(
            goal,
            answer,
            send_context,
            consumer,
            &content,
            &mut progress,
            context.now,
        );
        if *consumer != before {
            self.save_consumer(context.now)?;
        }
        if !current {
            if let Verdict::Published { place, .. } = verdict {
                self.late_publish(row, place, context)?;
            }
            return Ok(After::GoOn);
        }
        match verdict {
            Verdict::Published { place, .. } => {
                self.publish_settled(&mut row, place, false, context)?;
            }
            Verdict::Continue => {
                row.advance(context.now, Progress::of(&progress));
                self.save(&row)?;
            }
            Verdict::RenewAppJwt => {
                row.advance(context.now, Progress::of(&progress));
                self.save(&row)?;
                return Ok(After::RenewAppJwt);
            }
            Verdict::Retry { cause, after } => {
                row.detail.progress = Progress::of(&progress);
                self.raise_already_open(&cause, context);
                self.retry(&mut row, cause, after, context)?;
            }
            Verdict::Unknown { cause } => self.doubt(&mut row, cause, context)?,
            Verdict::Refused { refusal } => self.refuse(&mut row, refusal, context)?,
        }
        Ok(After::GoOn)
    }

    /// The answer of an attempt that was given up says that it had its effect after all. Where an echo or a later attempt has
    /// settled the piece by another place, the piece has arrived twice.
    fn late_publish(
        &mut self,
        mut row: Row,
        place: Option<super::DialogPlace>,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let Some(place) = place else {
            return Ok(());
        };
        if !self.memory.published.insert(place.clone()) {
            return Ok(());
        }
        row.note(
            context.now,
            StepEvent::Doubled {
                sequence: Some(place.sequence),
            },
        );
        self.memory.resent.retain(|(_, key)| *key != row.key);
        row.detail.resent = None;
        row.detail.published.push(place);
        self.log_outcome(&row, "doubled");
        self.store.update(&row)
    }

    /// The process ended while an attempt was under way, or the attempt hangs beyond its lease.
    fn interrupted(&mut self, row: &mut Row, context: &Context<'_>) -> Result<(), StoreError> {
        self.memory.in_flight.remove(&row.lane);
        if row.detail.interruptions > 0 && row.detail.phase != Phase::OnItsWay {
            row.detail.crashes += 1;
        }
        row.detail.interruptions += 1;
        self.log_outcome(row, "interrupted");
        if row.detail.interruptions >= CRASHES && row.detail.crashes + 1 >= CRASHES {
            return self.refuse(row, Refusal::Crashed, context);
        }
        if row.lane == Lane::ToLiveengage && row.detail.echo.is_none() {
            // A token or a create: both may be repeated.
            return self.retry(row, Cause::Interrupted, None, context);
        }
        self.doubt(row, Cause::Interrupted, context)
    }

    /// Remembers what is about to be sent a second time, so that the echo of the first can be told.
    fn resend(&mut self, row: &mut Row) {
        row.detail.unknown = false;
        let (Some(echo), Some(piece)) = (row.detail.echo.take(), piece(row)) else {
            return;
        };
        let resent = Resent {
            echo,
            text: text_digest(&piece),
        };
        self.memory.resent.retain(|(_, key)| *key != row.key);
        self.memory.resent.push((resent.clone(), row.key.clone()));
        row.detail.resent = Some(resent);
    }

    fn retry(
        &mut self,
        row: &mut Row,
        cause: Cause,
        after: Option<Millis>,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let pause = retry::pause(row.lane, &cause, row.detail.failures, after, context.random);
        self.log_cause(row, "retry", &cause);
        row.wait(context.now, context.now + pause, cause);
        self.save(row)
    }

    fn doubt(
        &mut self,
        row: &mut Row,
        cause: Cause,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let pause = if row.detail.echo.is_some() {
            ECHO_WAIT
        } else {
            retry::pause(row.lane, &cause, row.detail.failures, None, context.random)
        };
        self.log_cause(row, "unknown", &cause);
        row.doubt(context.now, context.now + pause, cause);
        self.save(row)
    }

    fn refuse(
        &mut self,
        row: &mut Row,
        refusal: Refusal,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        self.memory.in_flight.remove(&row.lane);
        self.log_refusal(row, &refusal);
        row.refuse(context.now, refusal);
        self.save(row)
    }

    fn channel_is_missing(
        &mut self,
        row: &mut Row,
        account_id: String,
        channel: String,
        context: &Context<'_>,
    ) -> Result<(), StoreError> {
        let key = format!("channel {channel}");
        self.alarm(
            "channel_missing",
            vec![
                ("account", account_id),
                ("channel", channel),
                ("lane", row.lane.as_str().to_owned()),
                ("waiting", self.memory.waiting(row.lane).to_string()),
            ],
        );
        self.retry(row, Cause::Configuration { key }, None, context)
    }

    fn raise_already_open(&mut self, cause: &Cause, context: &Context<'_>) {
        let since = self
            .memory
            .consumer
            .as_ref()
            .and_then(|consumer| consumer.already_open_since);
        let (Cause::AlreadyOpen, Some(since)) = (cause, since) else {
            return;
        };
        let waited = context.now.saturating_sub(since);
        if waited >= ALREADY_OPEN_ALARM {
            let minutes = (waited / 60_000).to_string();
            self.alarm("already_open_unresolved", vec![("minutes", minutes)]);
        }
    }

    pub(super) fn log_outcome(&mut self, row: &Row, event: &'static str) {
        self.log(event, row_fields(row));
    }

    pub(super) fn log_refusal(&mut self, row: &Row, refusal: &Refusal) {
        let mut fields = row_fields(row);
        fields.push(("reason", name_of(refusal, "reason")));
        self.alarm("refused", fields);
    }

    fn log_cause(&mut self, row: &Row, event: &'static str, cause: &Cause) {
        let mut fields = row_fields(row);
        fields.push(("cause", name_of(cause, "cause")));
        self.log(event, fields);
    }
}

/// What a log line says of a message. Its key holds ids of the platform or of LiveEngage.
fn row_fields(row: &Row) -> Vec<(&'static str, String)> {
    vec![
        ("lane", row.lane.as_str().to_owned()),
        ("message", row.key.clone()),
        ("attempt", row.detail.attempt.to_string()),
    ]
}

/// The stored name of an enum's variant.
fn name_of(value: &impl serde::Serialize, tag: &str) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.get(tag)?.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn ticket(row: &Row, goal: Option<Goal>) -> Ticket {
    Ticket {
        lane: row.lane,
        key: row.key.clone(),
        attempt: row.detail.attempt,
        goal,
    }
}

/// Correlates a request with its answer. LiveEngage takes up to 64 characters; nothing of the message's key is told.
fn request_id(key: &str, attempt: u32) -> String {
    let digest = crypto::sha256_hex(key.as_bytes());
    let short = digest.get(..32).unwrap_or_default();
    format!("{short}-{attempt}")
}

fn nothing_left() -> Refusal {
    Refusal::Malformed {
        what: "the stored content is gone".to_owned(),
    }
}
