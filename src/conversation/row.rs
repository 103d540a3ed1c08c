//! The stored row: one per message, queue entry, deduplication key and trace in one.
//!
//! **This is a stored format.** Fields are only added, each with a serde default, and those of a later release are kept
//! ([`LaterFields`]); the tests in `tests/stored_formats/` pin it.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::breaker::Turn;
use crate::http::Millis;
use crate::message::{Agent, Content, DialogPlace, File};
use crate::outcome::{Cause, Refusal};
use crate::platforms::Progress;

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

/// The part of a row that nothing selects by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// How far its send has come.
    #[serde(default)]
    pub progress: Progress,
    /// Number of the latest attempt; 0 before the first.
    #[serde(default)]
    pub attempt: u32,
    /// Attempts in a row that failed because of the destination: what the back-off counts.
    #[serde(default)]
    pub failures: u32,
    /// The LiveEngage dialog and sequence that the message came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<DialogPlace>,
    /// Where LiveEngage put our publishes of it, one per piece.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<DialogPlace>,
    /// The id that the platform gave it; of several pieces all ids, with blanks between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_id: Option<String>,
    /// The publish whose echo would settle it, or the request whose report would: set while one is under way or its outcome is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub echo: Option<ExpectedEcho>,
    /// An earlier publish or request whose outcome stayed unknown when its policy decided. Its echo or report would say that the piece
    /// has arrived twice, or, where the policy was not to send it again, that it has arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resent: Option<Resent>,
    /// The outcome of the latest publish (or request to the platform) is unknown; when it is due the channel's policy decides.
    #[serde(default)]
    pub unknown: bool,
    /// How often the process ended during an attempt.
    #[serde(default)]
    pub interruptions: u32,
    /// How often it surely ended in our own code, not while waiting for the other side.
    #[serde(default)]
    pub crashes: u32,
    /// How far the present attempt is known to have come. Written only after an interruption (see `drain.rs`).
    #[serde(default, deserialize_with = "or_default")]
    pub phase: Phase,
    /// It waits for a lower sequence of its dialog.
    #[serde(default)]
    pub held: bool,
    /// Why it is a dead letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// It is a dead letter whose content an operator has deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub discarded: bool,
    /// When an operator last sent it again after it had become a dead letter: it is late, and its age counts from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requeued_at: Option<Millis>,
    /// Who said it on LiveEngage's side: id and role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Agent>,
    /// The file of LiveEngage's that it carries. It outlives the content: the consumer opens it later.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "or_default"
    )]
    pub file: Option<File>,
    /// What a later release has stored beside it.
    #[serde(flatten)]
    pub later: LaterFields,
}

/// Fields that only a later release knows. They are written back as they were read, so that an older release in between, or after
/// a roll-back, takes nothing away.
pub type LaterFields = Map<String, Value>;

/// A value, or its default where it cannot be read: a later release may store others, and the row has to be read all the same.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// What the echo of a publish must look like: its text, or its file's path, is that of the first piece not yet published. Towards the
/// consumer's side only `id` counts: the reference that a report repeats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedEcho {
    /// The dialog that it was published to; empty towards the consumer's side.
    pub dialog_id: String,
    /// The highest sequence of that dialog that was known when the attempt started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<u64>,
    /// The id in its metadata, where the account's echoes bring that back: it decides alone then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// A publish or a request that was given up as unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resent {
    /// What its echo must look like.
    pub echo: ExpectedEcho,
    /// SHA-256 of its text, in hexadecimal: the text itself is gone once the message is delivered. Towards the consumer's side it is of
    /// how far the message had come.
    pub text: String,
}

/// How far an attempt is known to have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It has begun; the request may or may not have left.
    #[default]
    Begun,
    /// Our code is done; the request is on its way.
    OnItsWay,
    /// The answer is here and our code reads it.
    Answered,
}

/// One entry of a trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// When.
    pub at: Millis,
    /// In which attempt; 0 before the first.
    #[serde(default)]
    pub attempt: u32,
    /// What.
    #[serde(flatten)]
    pub event: StepEvent,
}

/// What happened to a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum StepEvent {
    /// It is durable.
    Accepted,
    /// An attempt started.
    Started,
    /// A step of several succeeded.
    Advanced,
    /// The attempt had no effect; the destination is at fault.
    Retry {
        /// Whose failure.
        because: Cause,
        /// When the next attempt is due.
        until: Millis,
    },
    /// The attempt may have had an effect.
    Unknown {
        /// What is known.
        because: Cause,
        /// When the policy decides.
        until: Millis,
    },
    /// The other side has it.
    Delivered {
        /// An echo or a report said so, not the answer.
        #[serde(default)]
        by_echo: bool,
    },
    /// There is nothing left to do: the conversation that it was about is over.
    Moot,
    /// It became a dead letter.
    Refused {
        /// Why.
        because: Refusal,
    },
    /// A dead letter was put back at its lane's tail by an operator.
    Requeued,
    /// Its content was deleted by an operator.
    Discarded,
    /// It has arrived a second time: an attempt whose outcome was unknown had its effect after all.
    Doubled {
        /// Where the second one is, as far as known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sequence: Option<u64>,
    },
    /// Something that only a later release has a name for.
    #[serde(other)]
    Other,
}

/// The most steps that a trace keeps: the first ones and the latest ones matter most.
const TRACE_HEAD: usize = 8;
const TRACE_TAIL: usize = 24;

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

    /// Marks its latest attempt as unknown until the policy decides.
    pub fn doubt(&mut self, now: Millis, until: Millis, because: Cause) {
        self.state = RowState::Waiting;
        self.due_at = until;
        self.detail.failures = self.detail.failures.saturating_add(1);
        self.detail.unknown = true;
        self.note(now, StepEvent::Unknown { because, until });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn step(value: Value) -> Step {
        serde_json::from_str(&value.to_string()).unwrap()
    }

    #[test]
    fn a_trace_of_a_later_release_can_be_read() {
        let because = json!({ "cause": "eclipse", "hours": 2 });
        for (later, event) in [
            (
                json!({ "at": 1, "event": "translated", "into": { "lang": "de" } }),
                StepEvent::Other,
            ),
            (
                json!({ "at": 1, "event": "retry", "because": because, "until": 9 }),
                StepEvent::Retry {
                    because: Cause::Other,
                    until: 9,
                },
            ),
            (
                json!({ "at": 1, "event": "refused", "because": { "reason": "bored", "of": [1] } }),
                StepEvent::Refused {
                    because: Refusal::Other,
                },
            ),
        ] {
            let read = step(later);
            assert_eq!((read.at, read.attempt, &read.event), (1, 0, &event));
            assert_eq!(step(serde_json::to_value(&read).unwrap()), read);
        }
    }

    #[test]
    fn the_detail_of_a_later_release_can_be_read() {
        let later = json!({
            "attempt": 3,
            "phase": "half_way",
            "refusal": { "reason": "bored" },
            "file": { "at": { "at": "cloud", "key": "k" }, "name": "a.pdf" },
        });
        let expected = Detail {
            attempt: 3,
            refusal: Some(Refusal::Other),
            ..Detail::default()
        };
        let read: Detail = serde_json::from_str(&later.to_string()).unwrap();
        assert_eq!(read, expected);
    }
}
