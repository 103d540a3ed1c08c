//! What is said and done in dialogs.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::http::Millis;
use crate::message::short_kind;

/// Something that was said or done in a dialog, by anybody in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DialogEvent {
    /// Conversation id. The 2018 form lacks it; then it is the dialog id, which is right for main dialogs.
    pub conversation_id: String,
    /// Dialog id; that of the main dialog is the conversation's.
    pub dialog_id: String,
    /// The event's number within the dialog. Chat states have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// LiveEngage's id of who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub originator_id: Option<String>,
    /// `CONSUMER`, `ASSIGNED_AGENT`, `AGENT`, `MANAGER`, `CONTROLLER`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Who may see it: `ALL`, `AGENTS_AND_MANAGERS`. Absent in older accounts, where all may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// When it happened, by LiveEngage's clock (ms since the epoch). Chat states have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_timestamp: Option<Millis>,
    /// What happened.
    pub body: EventBody,
    /// What the sender attached, for bots and for special kinds of content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Value>,
}

/// What happened in a dialog. A body that only a later release can read reads as [`EventBody::Other`]: with what this release would
/// have made of that event itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", remote = "Self")]
pub enum EventBody {
    /// Plain text.
    Text {
        /// The text.
        text: String,
        /// The event's other fields, such as `quickReplies`, as one object.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        extra: Option<Value>,
    },
    /// Content of another type: hosted and external files, secure forms, ...
    Content {
        /// Its type, for example `hosted/file`.
        content_type: String,
        /// The event as it came.
        raw: Value,
    },
    /// Structured content.
    Rich {
        /// The event as it came.
        raw: Value,
    },
    /// Messages were delivered, read, ...
    Accept {
        /// `ACCEPT`, `READ`, `ACCESS`, `NACK`, `ACTION`.
        status: String,
        /// Their numbers.
        sequences: Vec<u64>,
    },
    /// Somebody is typing, or has stopped.
    ChatState {
        /// `ACTIVE`, `INACTIVE`, `COMPOSING`, `PAUSE`, `GONE`, ...
        state: String,
    },
    /// An event of a kind that this release does not know.
    Other {
        /// LiveEngage's name of it.
        name: String,
        /// The event as it came.
        raw: Value,
    },
}

/// Whether an event is for the consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The consumer's own event coming back.
    Echo,
    /// For the consumer.
    Forward,
    /// Not for the consumer: a note among agents, or an audience that nobody knows.
    Private,
    /// Nobody is named as its originator, so it cannot be told from an echo.
    Unattributed,
}

impl Serialize for EventBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for EventBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Value::deserialize(deserializer)?;
        Self::deserialize(&raw).or_else(|fault| {
            let name = raw.get("kind").and_then(short_kind);
            let name = name.ok_or_else(|| D::Error::custom(fault))?;
            Ok(Self::Other { name, raw })
        })
    }
}

impl EventBody {
    /// Whether it says something, rather than only that something happened.
    pub fn carries_content(&self) -> bool {
        !matches!(self, Self::Accept { .. } | Self::ChatState { .. })
    }
}

impl DialogEvent {
    /// Whether the event is for the consumer, who has the id `our_consumer` in LiveEngage, if that is known.
    ///
    /// **This fails closed**: only an absent audience or exactly `ALL` is forwarded, and only with a named originator.
    pub fn standing(&self, our_consumer: Option<&str>) -> Standing {
        let by_consumer = self
            .role
            .as_deref()
            .is_some_and(|role| role.eq_ignore_ascii_case("CONSUMER"));
        let by_ours = our_consumer.is_some() && self.originator_id.as_deref() == our_consumer;
        if by_consumer || by_ours {
            Standing::Echo
        } else if !for_all(self.audience.as_deref()) {
            Standing::Private
        } else if self.role.is_none() && self.originator_id.is_none() {
            Standing::Unattributed
        } else {
            Standing::Forward
        }
    }

    /// The event as a bare fact: who, where, which number and what kind, without anything that was said.
    #[must_use]
    pub fn without_text(self) -> Self {
        let raw = Value::Null;
        let body = match self.body {
            EventBody::Text { .. } => EventBody::Text {
                text: String::new(),
                extra: None,
            },
            EventBody::Content { content_type, .. } => EventBody::Content { content_type, raw },
            EventBody::Rich { .. } => EventBody::Rich { raw },
            EventBody::Other { name, .. } => EventBody::Other { name, raw },
            silent @ (EventBody::Accept { .. } | EventBody::ChatState { .. }) => silent,
        };
        Self {
            body,
            metadata: None,
            ..self
        }
    }
}

/// Whether an audience includes the consumer.
pub(super) fn for_all(audience: Option<&str>) -> bool {
    audience.is_none_or(|audience| audience == "ALL")
}
