//! The JSON that goes to the app. `docs/gateway.schema.json` describes it; fields are only ever added.

use serde::Serialize;
use serde_json::Value;

use crate::http::Millis;
use crate::message::{Agent, DialogPlace, News};

/// Something to show to the person.
#[derive(Debug, Serialize)]
pub(super) struct Message<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) id: &'a str,
    pub(super) to: &'a str,
    pub(super) timestamp: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) agent: Option<&'a Agent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<&'a DialogPlace>,
    pub(super) content: Shown<'a>,
    /// All of it as readable text, for apps that can show nothing else.
    pub(super) text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) choices: Vec<Offered<'a>>,
}

/// What there is to show.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Shown<'a> {
    Text {
        text: String,
    },
    File {
        url: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        media_type: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        size: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        caption: Option<&'a str>,
    },
    Location {
        latitude: f64,
        longitude: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        address: Option<&'a str>,
    },
    Structured {
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        content: Option<&'a Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        quick_replies: Option<&'a Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        metadata: Option<&'a Value>,
    },
    SecureForm {
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<&'a str>,
        form: &'a Value,
    },
}

/// One choice that a message offers.
#[derive(Debug, Serialize)]
pub(super) struct Offered<'a> {
    pub(super) reference: String,
    pub(super) title: &'a str,
    pub(super) text: &'a str,
}

/// The conversation has changed.
#[derive(Debug, Serialize)]
pub(super) struct Conversation<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) id: &'a str,
    pub(super) to: &'a str,
    pub(super) timestamp: Millis,
    pub(super) conversation_id: &'a str,
    #[serde(flatten)]
    pub(super) news: &'a News,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) agent: Option<&'a Agent>,
}

/// A hint; it is sent once and never again.
#[derive(Debug, Serialize)]
pub(super) struct Hint<'a> {
    pub(super) to: &'a str,
    pub(super) timestamp: Millis,
    #[serde(flatten)]
    pub(super) hint: Hinted<'a>,
}

/// What the hint says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Hinted<'a> {
    Typing {
        state: &'static str,
    },
    Receipt {
        message: &'a str,
        status: crate::message::ReceiptStatus,
    },
}

/// The states of `typing`, with LiveEngage's names of them. Both names are read, the first is written.
pub(super) const STATES: [(&str, &str); 5] = [
    ("composing", "COMPOSING"),
    ("paused", "PAUSE"),
    ("active", "ACTIVE"),
    ("inactive", "INACTIVE"),
    ("gone", "GONE"),
];
