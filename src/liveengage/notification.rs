//! `POST {our endpoint}` from LiveEngage: what happened in the account's conversations.
//!
//! The feed is account-wide: most of it may belong to conversations of other channels. Delivery is at least once. One body may
//! carry several changes; one that cannot be read does not take the others with it.
//!
//! These types travel from the Worker to the objects as JSON, and neighbouring releases talk to each other during a deploy: fields
//! and variants are only added, each new field with a serde default.
//! <https://developers.liveperson.com/connector-api-webhooks-events.html>

mod conversation;
mod event;
mod read;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use conversation::{Campaign, ConversationChange, Delay, Dialog, Handler, Participant, Ttr};
pub use event::{DialogEvent, EventBody, Standing};
pub use read::parse;

/// An authentic body in which nothing can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Unreadable {
    /// What is wrong with it, without its content.
    pub what: String,
}

/// One change of a notification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// Something was said or done in a dialog (`ms.MessagingEventNotification`).
    Event(DialogEvent),
    /// The state of a conversation (`cqm.ExConversationChangeNotification`).
    Conversation(ConversationChange),
    /// A kind of notification that this release does not know.
    Other {
        /// LiveEngage's name of it.
        name: String,
    },
    /// A change of a known kind that cannot be read.
    Malformed {
        /// What is wrong with it, without its content.
        what: String,
        /// The change as it came; `null` where it is not for the consumer.
        raw: Value,
    },
}
