//! A callback: as it came, what it says, and what it is answered with.

use std::borrow::Cow;

use crate::http::{Method, Millis};
use crate::message::ConsumerEvent;

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
    pub body: Cow<'static, str>,
}

impl Acknowledgement {
    /// 200 without a body: what most platforms want to hear.
    pub fn empty() -> Self {
        Self {
            status: 200,
            content_type: None,
            body: Cow::Borrowed(""),
        }
    }
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
