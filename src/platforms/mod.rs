//! Consumer messaging platforms: one folder each, all of one shape, none with I/O.
//!
//! An [`Adapter`] is one channel's platform with its settings and secrets. It verifies a callback, reads it into events,
//! and sends by steps. The registry at the end of this file is the only other place that a new platform touches.

pub mod fitting;
pub mod gateway;
pub mod readable;
pub mod twilio;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::config::SettingsReader;
use crate::http::{HttpAnswer, HttpRequest, Method, Millis};
use crate::message::{Agent, ConsumerEvent, Content, DialogPlace, File, Offer, Signal};
use crate::outcome::{Outcome, Refusal};

/// A callback as it came, before anything in it is trusted.
#[derive(Clone, Copy, Debug)]
pub struct Callback<'a> {
    /// Method.
    pub method: Method,
    /// The raw query string of the request, without `?`.
    pub query: Option<&'a str>,
    /// Header names in lower case.
    pub headers: &'a [(String, String)],
    /// Raw body.
    pub body: &'a [u8],
    /// The public URL of this channel, from the configuration: what the vendor was told, without query.
    pub public_url: &'a str,
    /// The time of arrival.
    pub now: Millis,
}

impl<'a> Callback<'a> {
    /// The first header of that (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The media type of the body, in lower case and without parameters.
    pub fn media_type(&self) -> Option<String> {
        let value = self.header("content-type")?;
        let essence = value.split(';').next().unwrap_or_default();
        Some(essence.trim().to_ascii_lowercase())
    }
}

/// What to answer a callback with. Platforms differ in what makes them stop, so each adapter says it itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Status code.
    pub status: u16,
    /// `Content-Type`, where there is a body.
    pub content_type: Option<&'static str>,
    /// Body.
    pub body: &'static str,
}

/// What to answer a callback that is authentic and cannot be taken now, so that the platform brings it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Later {
    /// Status code.
    pub status: u16,
    /// `Retry-After` (seconds).
    pub retry_after: u64,
}

/// Why a callback is not authentic, with the status that the platform's own libraries answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forgery {
    /// The signature, or something it covers, is missing.
    #[error("the signature is missing")]
    Missing {
        /// Status to answer.
        status: u16,
    },
    /// The signature does not match.
    #[error("the signature does not match")]
    Mismatch {
        /// Status to answer.
        status: u16,
    },
}

/// An authentic callback that cannot be read. It becomes a dead letter and is acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Unreadable {
    /// What is wrong with it, without its content.
    pub what: String,
}

/// An authentic callback that carries nothing for a conversation: acknowledged and counted, by its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// The platform's name of what it was.
    pub kind: String,
}

/// What a callback carried: every event of it, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// Events for conversations.
    pub events: Vec<ConsumerEvent>,
    /// Parts that concern no conversation.
    pub ignored: Vec<Ignored>,
}

/// How far a send has come, in the adapter's own shape. It is stored in the message's row in the same write as the end
/// of an attempt, so that after a restart a message of several requests goes on at its first unfinished step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Progress(Value);

impl Progress {
    /// The stored progress, or the start when there is none (or none that this release can read).
    pub fn read<T: DeserializeOwned + Default>(&self) -> T {
        serde_json::from_value(self.0.clone()).unwrap_or_default()
    }

    /// Progress to store.
    pub fn of<T: Serialize>(value: &T) -> Self {
        Self(serde_json::to_value(value).unwrap_or_default())
    }
}

/// What a send does next.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Make this request; call again with its answer.
    Request {
        /// The request.
        request: HttpRequest,
        /// To be stored before the request leaves.
        progress: Progress,
    },
    /// The send has ended, for now or for good.
    Done {
        /// How.
        outcome: Outcome,
        /// To be stored with it.
        progress: Progress,
    },
}

/// A message on its way to the consumer.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// Names the message for ever: what an idempotency key is made from.
    pub id: &'a str,
    /// The platform's id of the person.
    pub consumer: &'a str,
    /// What to send.
    pub content: &'a Content,
    /// The choices that it offers; `None` where it offers none.
    pub offer: Option<&'a Offer>,
    /// Who says it, where that is known.
    pub agent: Option<&'a Agent>,
    /// The place in LiveEngage that it came from.
    pub place: Option<&'a DialogPlace>,
    /// For a file of LiveEngage's: the address under which the consumer can open it for a while.
    pub file_url: Option<&'a str>,
    /// How far the send has come.
    pub progress: &'a Progress,
    /// The time: some platforms want it signed.
    pub now: Millis,
}

/// A signal on its way to the consumer's side.
#[derive(Clone, Copy, Debug)]
pub struct OutgoingSignal<'a> {
    /// The platform's id of the person.
    pub consumer: &'a str,
    /// Typing, or what became of the consumer's message with that platform id.
    pub signal: &'a Signal,
    /// Fresh for every signal: eight random bytes in hexadecimal.
    pub nonce: &'a str,
    /// The time.
    pub now: Millis,
}

/// What a platform can show or wants to know. The feature matrix is made from it; what it cannot show arrives as readable text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// Structured content, in the platform's own widgets.
    pub structured: bool,
    /// Files from agents, as files and not as a link in a text.
    pub files: bool,
    /// Typing indication from agents.
    pub typing: bool,
    /// Receipts for the consumer's messages.
    pub receipts: bool,
    /// Changes of the conversation, as messages of their own ([`Content::News`]).
    pub news: bool,
    /// Whether a message that is sent again with the same id has no second effect, so that nothing about it stays unknown.
    pub idempotent: bool,
}

/// One channel's platform, with its settings and secrets inside. No method does I/O or reads a clock.
pub trait Adapter {
    /// The methods that callbacks may use; others are answered 405.
    fn methods(&self) -> &'static [Method];

    /// The largest body that a callback may have, in bytes; longer ones are answered 413 without being read whole.
    fn body_limit(&self) -> usize;

    /// The media types that a callback may have; others are answered 415.
    fn media_types(&self) -> &'static [&'static str];

    /// Whether the callback was made by the platform. Runs before anything of it is parsed.
    fn verify(&self, callback: &Callback<'_>) -> Result<(), Forgery>;

    /// Everything that an authentic callback carries.
    fn parse(&self, callback: &Callback<'_>) -> Result<Parsed, Unreadable>;

    /// The answer that tells the platform that a callback is safe with us.
    fn acknowledgement(&self) -> Acknowledgement;

    /// The answer that makes the platform bring a callback again: given when more waits for a consumer than may.
    fn later(&self) -> Later;

    /// What the platform can show or wants to know.
    fn abilities(&self) -> Abilities {
        Abilities::default()
    }

    /// The request for a signal. `None`: this platform has no use for it.
    fn signal(&self, signal: &OutgoingSignal<'_>) -> Option<HttpRequest> {
        let _ = signal;
        None
    }

    /// The request that reads a consumer's file, with the platform's credentials if it needs them, and with the hosts that a redirect may
    /// lead to. `None`: the file is not at a place that this channel may read from, so that it arrives as text.
    fn media(&self, file: &File) -> Option<HttpRequest> {
        let _ = file;
        None
    }

    /// Why a message was refused, in words for the agent, where the platform's code tells more than the general ones.
    fn explain(&self, refusal: &Refusal) -> Option<&'static str> {
        let _ = refusal;
        None
    }

    /// The next step of sending a message: called without an answer for every request that is to be made (so also after a
    /// restart), and with the answer to that request. With an answer, [`Next::Request`] says that the step succeeded; its progress
    /// is stored, and the request is asked for again.
    fn next(&self, message: &Outgoing<'_>, answer: Option<&HttpAnswer>) -> Next;
}

/// Builds an adapter from a channel's settings; what is wrong with them is noted in the reader.
pub type Build = fn(&mut SettingsReader<'_>) -> Option<Box<dyn Adapter>>;

/// Every platform: the name that a channel's `platform` setting uses, and how to build it.
pub const REGISTRY: &[(&str, Build)] = &[("twilio", twilio::build), ("gateway", gateway::build)];
