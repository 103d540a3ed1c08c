//! The model between both sides: what a person said, without the words of any platform.

mod profile;
mod reference;
mod stored;

pub use profile::{
    Address, Age, Contact, CustomerInfo, Date, PersonalInfo, Profile, PushToken, ResponseTarget,
    RoutingWish,
};
pub use reference::{NoReference, Reference};
pub(crate) use stored::short_kind;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::http::Millis;
use crate::rich::Choice;

/// What a message carries. It is stored in rows: variants and fields are only ever added. Content that a later release has stored and
/// that cannot be read here reads as [`Content::Malformed`]: it is refused and kept whole, and what stands behind it goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", remote = "Self")]
pub enum Content {
    /// Plain text.
    Text {
        /// The text, as it was written.
        text: String,
    },
    /// Structured content (cards, lists, menus) and quick replies from LiveEngage, as they came: what can be done with them depends on
    /// the platform. See [`crate::rich`].
    Structured {
        /// The text that quick replies stand below.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// The structured content.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<Value>,
        /// The quick replies.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quick_replies: Option<Value>,
        /// What the sender attached to the message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        metadata: Option<Value>,
    },
    /// An answer that the consumer chose: a tapped button or quick reply, or a typed number or title of one.
    Choice {
        /// What the choice says.
        text: String,
        /// Which one of those that were offered: [`Offer::reference`]. `None` where nobody knows any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        /// The chosen element's metadata, once the reference has been looked up.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        metadata: Vec<Value>,
        /// The message that offered it, likewise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offered_in: Option<DialogPlace>,
    },
    /// A file, wherever it lies.
    File {
        /// The file.
        file: File,
    },
    /// A place on earth.
    Location {
        /// Where.
        location: Location,
    },
    /// A secure form that an agent invites to fill in (`forms/secure-invitation`), or another of LiveEngage's forms.
    SecureForm {
        /// What the invitation is called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// The event's message as it came: `formId`, `invitationId`, ...
        form: Value,
    },
    /// Something that the person did beside talking: reacted, took a message back, added or left the account. Agents are told while
    /// a conversation is open; none is opened for it.
    Aside {
        /// The line for the agent.
        text: String,
    },
    /// Not something said, but something to be done with the conversation, in its place among what is said.
    Command {
        /// What.
        command: Command,
    },
    /// A message to the consumer did not arrive: LiveEngage is told (`NACK`), and the agent where the channel wants it.
    NotDelivered {
        /// The message.
        place: DialogPlace,
        /// The line for the agent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<String>,
    },
    /// The conversation has changed. Only for platforms that want to know ([`crate::platforms::Abilities::news`]).
    News {
        /// Conversation id.
        conversation_id: String,
        /// What has changed.
        news: News,
    },
    /// Content that this release has no model for. It is kept whole, so that it can be sent again later.
    Unsupported {
        /// The sender's name for it, for example `RichContentEvent` or `hosted/file`.
        name: String,
        /// The event as it came.
        raw: Value,
    },
    /// An authentic callback or notification that could not be read, or content of a later release.
    Malformed {
        /// What is wrong with it, without its content.
        what: String,
        /// The body as it came; bytes that are not UTF-8 are replaced.
        raw: String,
    },
}

/// A sequence number within a dialog: names an event in LiveEngage.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DialogPlace {
    /// Dialog id.
    pub dialog_id: String,
    /// LiveEngage's number of the event in it.
    pub sequence: u64,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Where its bytes are.
    pub at: FilePlace,
    /// Its name, with extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its media type, as the sender says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Its size in bytes, as the sender says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// What was written below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// Where an agent may open it, should LiveEngage not take it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// Where a file's bytes are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum FilePlace {
    /// At an address that anybody may open who knows it.
    Url {
        /// Absolute URL.
        url: String,
    },
    /// With the platform: only its adapter can fetch it ([`crate::platforms::Adapter::media`]).
    Platform {
        /// The platform's name of it, or its address there.
        reference: String,
    },
    /// In LiveEngage's file storage.
    Liveengage {
        /// The `relativePath` of a hosted file.
        relative_path: String,
    },
}

/// A place on earth.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its postal address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// Something to be done with the open conversation. Where none is open there is nothing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// The consumer wants to end it.
    Close {
        /// Whether a survey may follow, where the account has one.
        survey: bool,
    },
    /// End the running survey.
    StopSurvey,
    /// Change how soon an agent should answer.
    ResponseTarget {
        /// How soon, by LiveEngage's names.
        target: ResponseTarget,
        /// How soon in seconds, where it is not what LiveEngage usually means by that name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seconds: Option<u64>,
    },
    /// Tell LiveEngage what is known about the person now.
    UpdateProfile,
}

/// What has changed about a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum News {
    /// It has begun.
    Opened,
    /// An agent has taken it.
    AgentJoined {
        /// LiveEngage's id of the agent.
        agent_id: String,
    },
    /// It went to other agents (another skill).
    Transferred,
    /// Nobody will answer for a while.
    OffHours {
        /// Until when, as far as known (ms since the epoch).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Millis>,
    },
    /// The main dialog is over and a survey has begun.
    SurveyStarted,
    /// It is over, with its survey if there was one.
    Closed {
        /// `AGENT`, `CONSUMER`, `SYSTEM`, ... as LiveEngage says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
}

/// The choices that one message from LiveEngage offers, kept so that an answer finds back to its element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// Names it in references; unique among those of one consumer.
    pub id: String,
    /// The message that offers them; `None` where LiveEngage gave it no number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<DialogPlace>,
    /// The choices, in reading order.
    pub choices: Vec<Choice>,
}

impl Offer {
    /// What a platform's button carries so that its tap can be told: short, and without any text.
    pub fn reference(&self, index: usize) -> String {
        format!("{}.{index}", self.id)
    }

    /// Whether this can be what [`Self::reference`] makes. Other buttons, of an account's own menu or of its ads, come back by the
    /// same way.
    pub fn is_reference(text: &str) -> bool {
        text.split_once('.').is_some_and(|(offer, index)| {
            (1..=32).contains(&offer.len())
                && offer.bytes().all(|byte| byte.is_ascii_hexdigit())
                && (1..=6).contains(&index.len())
                && index.bytes().all(|byte| byte.is_ascii_digit())
        })
    }
}

/// Who speaks on LiveEngage's side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// LiveEngage's id.
    pub id: String,
    /// `ASSIGNED_AGENT`, `AGENT` (a survey's bot), `MANAGER`, `CONTROLLER` (automatic messages), ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The name that consumers may see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The picture that consumers may see (https).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
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
        /// The message: from the consumer's side the id that the platform gave it ([`crate::outcome::Outcome::Delivered`]), towards it
        /// the platform's id of the consumer's message.
        remote_id: String,
        /// What happened to it.
        status: ReceiptStatus,
        /// The platform's code of the reason, where it did not arrive and the platform says why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
    /// All messages that the person was sent until then were delivered or read: some platforms name no single ones.
    ReceiptUntil {
        /// Until when, by the platform's clock (ms since the epoch).
        until: Millis,
        /// What happened to them.
        status: ReceiptStatus,
    },
    /// The platform has taken the request that carried this reference ([`crate::platforms::Outgoing::reference`]), whatever came of its
    /// answer.
    Taken {
        /// What the request carried.
        reference: Reference,
        /// The id that the platform gave the message.
        remote_id: String,
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
    /// The person has opened the file.
    Accessed,
}

/// One event from a consumer, as a platform adapter read it from a callback.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerEvent {
    /// The platform's id of the person: where an answer goes.
    pub consumer: String,
    /// What the platform tells about the person.
    pub profile: Profile,
    /// What the adapter needs of it for an answer ([`LastHeard::handle`]).
    pub handle: Option<String>,
    /// What happened.
    pub event: EventKind,
}

impl ConsumerEvent {
    /// An event of somebody of whom nothing else is told.
    pub fn new(consumer: impl Into<String>, event: EventKind) -> Self {
        Self {
            consumer: consumer.into(),
            profile: Profile::default(),
            handle: None,
            event,
        }
    }
}

/// The last thing that a person said, for platforms on which an answer depends on it. It is stored: fields are only ever added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastHeard {
    /// The platform's id of the message.
    pub id: String,
    /// When the person sent it, as far as known, else when it came (ms since the epoch).
    pub at: Millis,
    /// What the adapter wanted kept of it, such as a reply token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// A message to the person has been attempted since: what is good for one answer is used up.
    #[serde(default)]
    pub answered: bool,
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
