//! The stored row: one per message, queue entry, deduplication key and trace in one.
//!
//! **This is a stored format.** Fields are only added, each with a serde default, and those of a later release are kept
//! ([`LaterFields`]); the tests in `tests/stored_formats/` pin it.

mod detail;
mod trace;

use serde::{Deserialize, Serialize};

use crate::breaker::Turn;
use crate::http::Millis;
use crate::message::Content;
use crate::outcome::{Cause, Refusal};
use crate::platforms::Progress;

pub use detail::{Detail, ExpectedEcho, LaterFields, Phase, Resent};
pub use trace::{Step, StepEvent};

/// One direction of one consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// From the consumer to the agents.
    ToLiveengage,
    /// From the agents to the consumer.
    ToConsumer,
}

impl Lane {
    /// Both directions.
    pub const ALL: [Self; 2] = [Self::ToLiveengage, Self::ToConsumer];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ToLiveengage => "to_liveengage",
            Self::ToConsumer => "to_consumer",
        }
    }

    /// The lane of a stored name.
    pub fn from_stored(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.as_str() == name)
    }
}

/// Where a message stands. There is no fourth end: delivered, refused, or waiting with a due time (an attempt under way is
/// waiting too: its due time is when the attempt counts as lost).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// To be tried at its due time, once it heads its lane.
    Waiting,
    /// An attempt has started and has not ended.
    Sending,
    /// The other side has it. The content is gone.
    Delivered,
    /// A dead letter: kept whole, with its reason.
    Refused,
}

impl RowState {
    const ALL: [Self; 4] = [Self::Waiting, Self::Sending, Self::Delivered, Self::Refused];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Delivered => "delivered",
            Self::Refused => "refused",
        }
    }

    /// The state of a stored name.
    pub fn from_stored(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether the message still has to go somewhere.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Sending)
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Deduplication key, made from the sender's id of the message.
    pub key: String,
    /// Direction.
    pub lane: Lane,
    /// Place in the lane. Lower goes first; gaps are left for messages that have to go in between.
    pub position: u64,
    /// Where it stands.
    pub state: RowState,
    /// Waiting: the earliest next attempt. Sending: when the attempt counts as lost. Ended: when it ended.
    pub due_at: Millis,
    /// When it was accepted.
    pub accepted_at: Millis,
    /// What it carries; `None` once it is delivered.
    pub content: Option<Content>,
    /// Everything else.
    pub detail: Detail,
    /// What happened to it, without its content.
    pub trace: Vec<Step>,
}

/// The most steps that a trace keeps: the first ones and the latest ones matter most.
const TRACE_HEAD: usize = 8;
const TRACE_TAIL: usize = 24;

/// The most attempts that are remembered as doubtful. A report about an older one still settles the step that the message is at.
const DOUBTFUL: usize = 16;

impl Row {
    /// A message as it is accepted.
    pub fn accepted(key: String, lane: Lane, position: u64, content: Content, now: Millis) -> Self {
        let mut row = Self {
            key,
            lane,
            position,
            state: RowState::Waiting,
            due_at: now,
            accepted_at: now,
            content: Some(content),
            detail: Detail::default(),
            trace: Vec::new(),
        };
        row.note(now, StepEvent::Accepted);
        row
    }

    /// Adds a step to the trace, which stays bounded.
    pub fn note(&mut self, at: Millis, event: StepEvent) {
        if self.trace.len() >= TRACE_HEAD + TRACE_TAIL {
            self.trace.remove(TRACE_HEAD);
        }
        let attempt = self.detail.attempt;
        self.trace.push(Step { at, attempt, event });
    }

    /// Ends it as delivered: the content goes, the key and the trace stay.
    pub fn deliver(&mut self, now: Millis, by_echo: bool) {
        self.state = RowState::Delivered;
        self.due_at = now;
        self.content = None;
        self.settle();
        self.detail.refusal = None;
        self.detail.progress = Progress::default();
        self.note(now, StepEvent::Delivered { by_echo });
    }

    /// Ends it without having done anything: there was nothing left to do.
    pub fn drop_as_moot(&mut self, now: Millis) {
        self.state = RowState::Delivered;
        self.due_at = now;
        self.content = None;
        self.settle();
        self.detail.progress = Progress::default();
        self.note(now, StepEvent::Moot);
    }

    /// Ends it as a dead letter, kept whole.
    pub fn refuse(&mut self, now: Millis, refusal: Refusal) {
        self.state = RowState::Refused;
        self.due_at = now;
        self.settle();
        self.detail.refusal = Some(refusal.clone());
        self.note(now, StepEvent::Refused { because: refusal });
    }

    /// Puts a dead letter back into its lane. What of it has arrived stays counted, and its key stays known.
    pub fn requeue(&mut self, position: u64, now: Millis) {
        self.state = RowState::Waiting;
        self.position = position;
        self.due_at = now;
        self.settle();
        let detail = &mut self.detail;
        detail.refusal = None;
        detail.failures = 0;
        detail.interruptions = 0;
        detail.crashes = 0;
        detail.phase = Phase::default();
        detail.held = false;
        detail.requeued_at = Some(now);
        self.note(now, StepEvent::Requeued);
    }

    /// Deletes a dead letter's content; key, reason and trace stay.
    pub fn discard(&mut self, now: Millis) {
        self.content = None;
        self.detail.discarded = true;
        self.detail.file = None;
        self.detail.progress = Progress::default();
        self.detail.resent = None;
        self.note(now, StepEvent::Discarded);
    }

    /// What its age counts from: when it was accepted, or last sent again.
    pub fn age_from(&self) -> Millis {
        self.detail.requeued_at.unwrap_or(self.accepted_at)
    }

    /// A step of several succeeded: the next one is due at once.
    pub fn advance(&mut self, now: Millis, progress: Progress) {
        self.state = RowState::Waiting;
        self.due_at = now;
        self.detail.progress = progress;
        self.note(now, StepEvent::Advanced);
    }

    /// Puts it back to be tried at `until`. An earlier publish whose outcome is unknown stays so.
    pub fn wait(&mut self, now: Millis, until: Millis, because: Cause) {
        self.state = RowState::Waiting;
        self.due_at = until;
        self.detail.failures = self.detail.failures.saturating_add(1);
        self.note(now, StepEvent::Retry { because, until });
    }

    /// Leaves it until its turn comes: no attempt is used, no back-off grows, and the trace has one step for all turns in a row.
    pub fn hold(&mut self, turn: Turn) {
        if self.turn().is_some() {
            self.trace.pop();
        }
        self.state = RowState::Waiting;
        self.due_at = turn.at;
        self.detail.held = false;
        let event = StepEvent::Retry {
            because: Cause::Held,
            until: turn.at,
        };
        self.note(turn.given, event);
    }

    /// The turn that it waits for or that has come, if it is held.
    pub fn turn(&self) -> Option<Turn> {
        let latest = self.trace.last()?;
        match latest.event {
            StepEvent::Retry {
                because: Cause::Held,
                until,
            } => Some(Turn {
                given: latest.at,
                at: until,
            }),
            _ => None,
        }
    }

    /// Its latest publish has ended: nothing about it is unknown any more, and no echo is waited for.
    pub fn settle(&mut self) {
        self.detail.echo = None;
        self.detail.unknown = false;
    }

    /// Whether the attempt under way is one whose effect matters: a publish, or a request to the platform. Fetching a token or
    /// creating a conversation can be repeated freely.
    pub fn effect_under_way(&self) -> bool {
        self.state == RowState::Sending
            && (self.lane == Lane::ToConsumer || self.detail.echo.is_some() && !self.detail.unknown)
    }

    /// Whether it waits for something that LiveEngage is about to tell.
    pub fn awaits_conversation(&self) -> bool {
        let latest = self.trace.last().map(|step| &step.event);
        self.state == RowState::Waiting
            && matches!(
                latest,
                Some(StepEvent::Retry {
                    because: Cause::AlreadyOpen | Cause::Closing,
                    ..
                })
            )
    }

    /// Whether an attempt was one at the step that the message is at.
    pub fn is_at_step_of(&self, attempt: u32) -> bool {
        (self.detail.step_began.max(1)..=self.detail.attempt).contains(&attempt)
    }

    /// Remembers an attempt that is over and may have had its effect.
    pub fn doubt_attempt(&mut self, attempt: u32) {
        let doubtful = &mut self.detail.doubtful;
        if attempt == 0 || doubtful.contains(&attempt) {
            return;
        }
        doubtful.push(attempt);
        if doubtful.len() > DOUBTFUL {
            doubtful.remove(0);
        }
    }

    /// Marks its latest attempt as unknown until the policy decides.
    pub fn doubt(&mut self, now: Millis, until: Millis, because: Cause) {
        self.state = RowState::Waiting;
        self.due_at = until;
        self.detail.failures = self.detail.failures.saturating_add(1);
        self.detail.unknown = true;
        self.note(now, StepEvent::Unknown { because, until });
    }
}
