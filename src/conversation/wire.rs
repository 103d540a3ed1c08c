//! What the Worker and the objects say to each other.
//!
//! During a deploy neighbouring releases talk to each other: fields are only added, each with a serde default, events of kinds that
//! this release cannot read are kept whole ([`LaterEvent`]), and the tests in `tests/stored_formats/` pin the JSON.

mod later;
mod sealed;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::http::Millis;
use crate::liveengage::notification::{ConversationChange, DialogEvent};
use crate::message::{Content, Profile, Signal};
use crate::outcome::Refusal;

pub use later::LaterEvent;
pub use sealed::SealedRequest;

use super::Lane;

/// Events for one Conversation object, in the order in which they came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AcceptRequest {
    /// Whose they are.
    pub route: Route,
    /// The events.
    pub events: Vec<AcceptEvent>,
}

impl AcceptRequest {
    /// Events from LiveEngage, which knows the account and nothing else of a route.
    pub fn of_account(account_id: &str, events: Vec<AcceptEvent>) -> Self {
        let route = Route {
            account_id: account_id.to_owned(),
            ..Route::default()
        };
        Self { route, events }
    }
}

/// Whose events they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// LiveEngage account id.
    pub account_id: String,
    /// Channel namespace; absent in events from LiveEngage, which do not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Channel name; absent likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The platform's id of the person, in events from the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What the platform tells about the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
}

/// One event. What cannot be read here reads as [`AcceptEvent::Later`], so that it takes no other event of its batch with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", remote = "Self")]
pub enum AcceptEvent {
    /// A message from the consumer.
    Message {
        /// The platform's id of it.
        id: String,
        /// What it carries.
        content: Content,
        /// When the person sent it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sent_at: Option<Millis>,
        /// What the adapter needs of it for an answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        handle: Option<String>,
    },
    /// A signal from the consumer's side.
    Signal {
        /// The signal.
        #[serde(flatten)]
        signal: Signal,
    },
    /// Anything that happened in a dialog; the text of private notes is stripped before it gets here.
    Dialog {
        /// The event.
        change: DialogEvent,
    },
    /// The state of a conversation.
    Conversation {
        /// The state.
        change: ConversationChange,
    },
    /// Authentic input that cannot go on: straight to the dead letters.
    DeadLetter {
        /// Names it, for deduplication.
        id: String,
        /// The direction that it would have taken.
        lane: Lane,
        /// It, as it came.
        content: Content,
        /// Why.
        refusal: Refusal,
    },
    /// An event that only a later release can read.
    #[serde(skip)]
    Later(LaterEvent),
}

/// The events are durable; or none of them is, where the consumer's queue is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AcceptResponse {
    /// Messages stored now.
    pub accepted: u32,
    /// Messages that were stored before.
    pub duplicates: u32,
    /// Events that needed no row.
    pub facts: u32,
    /// Nothing was taken: more waits already than one consumer may have waiting. It goes out with the status of a failure, which an
    /// older release passes on as "try again".
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub full: bool,
}

/// Asks a Conversation object where an agent's file can be read now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRequest {
    /// Which: [`crate::files::file_id`] of its message.
    pub file_id: String,
}

/// Where a file can be read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "file", rename_all = "snake_case")]
pub enum FileAnswer {
    /// Here, for about a minute.
    Found {
        /// Its signed address: who knows it may read the file.
        url: String,
        /// Its name, with extension.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Its media type.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        media_type: Option<String>,
    },
    /// Nowhere any more, or there never was one.
    Gone,
    /// LiveEngage gives no address now.
    Unavailable {
        /// When it may be asked again (ms from now).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<Millis>,
    },
}

impl fmt::Debug for FileAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Found { .. } => "Found(..)",
            Self::Gone => "Gone",
            Self::Unavailable { .. } => "Unavailable",
        })
    }
}
