//! The model between both sides: what a person said, without the words of any platform.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::Millis;

/// What a message carries. It is stored in rows: variants and fields are only ever added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// Plain text.
    Text {
        /// The text, as it was written.
        text: String,
    },
    /// Content that this release has no model for. It is kept whole, so that it can be sent again later.
    Unsupported {
        /// The sender's name for it, for example `RichContentEvent` or `hosted/file`.
        name: String,
        /// The event as it came.
        raw: Value,
    },
    /// An authentic callback or notification that could not be read.
    Malformed {
        /// What is wrong with it, without its content.
        what: String,
        /// The body as it came; bytes that are not UTF-8 are replaced.
        raw: String,
    },
}

/// A best-effort hint. It has no row, is never retried and never opens a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "signal", rename_all = "snake_case")]
pub enum Signal {
    /// Somebody is typing, or has stopped.
    ChatState {
        /// LiveEngage's name of the state: `ACTIVE`, `INACTIVE`, `COMPOSING`, `PAUSE`, `GONE`.
        state: String,
    },
    /// A message was delivered, read or failed.
    Receipt {
        /// The id that the receiving side gave the message.
        remote_id: String,
        /// What happened to it.
        status: ReceiptStatus,
    },
}

/// What a receipt says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptStatus {
    /// It reached the person's device.
    Delivered,
    /// The person has seen it.
    Read,
    /// It did not arrive.
    Failed,
}

/// What a platform tells about the person, for the agent's consumer information.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// First or display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Telephone number in E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// IETF language tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// One event from a consumer, as a platform adapter read it from a callback.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerEvent {
    /// The platform's id of the person: where an answer goes.
    pub consumer: String,
    /// What the platform tells about the person.
    pub profile: Profile,
    /// What happened.
    pub event: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// The promise applies.
    Message {
        /// The platform's id of the message: the deduplication key.
        id: String,
        /// What it carries.
        content: Content,
        /// When the person sent it, where the platform says so.
        sent_at: Option<Millis>,
    },
    /// Best effort.
    Signal(Signal),
}
