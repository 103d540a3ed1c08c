//! The parameters of a callback, wherever they stand: in a form, in JSON or in the query.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{JSON, form, is_sid};
use crate::http::Method;
use crate::platforms::reading::plain_word;
use crate::platforms::{Callback, Unreadable};

/// More digits than any number or id of a person has.
const MAX_DIGITS: usize = 24;

/// The parameters of a callback; of a repeated one the first.
pub(super) struct Fields(BTreeMap<String, Vec<u8>>);

impl Fields {
    pub(super) fn read(callback: &Callback<'_>) -> Result<Self, Unreadable> {
        if callback.method == Method::Get {
            return Ok(Self::of_form(callback.query.unwrap_or_default().as_bytes()));
        }
        if callback.media_type().as_deref() != Some(JSON) {
            return Ok(Self::of_form(callback.body));
        }
        let object: Map<String, Value> =
            serde_json::from_slice(callback.body).map_err(|_| Unreadable {
                what: "the body is not a JSON object".to_owned(),
            })?;
        let fields = object.into_iter().map(|(name, value)| match value {
            Value::String(text) => (name, text.into_bytes()),
            Value::Null => (name, Vec::new()),
            other => (name, other.to_string().into_bytes()),
        });
        Ok(Self(fields.collect()))
    }

    fn of_form(form: &[u8]) -> Self {
        let mut fields = BTreeMap::new();
        for (name, value) in form::pairs(form) {
            if let Ok(name) = String::from_utf8(name) {
                fields.entry(name).or_insert(value);
            }
        }
        Self(fields)
    }

    /// A field that is not blank, as it was written.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Unreadable> {
        let Some(bytes) = self.0.get(name) else {
            return Ok(None);
        };
        match std::str::from_utf8(bytes) {
            Ok(text) if text.trim().is_empty() => Ok(None),
            Ok(text) => Ok(Some(text.to_owned())),
            Err(_) => Err(Unreadable {
                what: format!("{name} is not UTF-8"),
            }),
        }
    }

    /// A field that nothing depends on: what is not UTF-8 counts as absent.
    pub(super) fn hint(&self, name: &str) -> Option<String> {
        let text = self.text(name).ok().flatten()?;
        Some(text.trim().to_owned())
    }

    fn required(&self, name: &str) -> Result<String, Unreadable> {
        self.text(name)?.ok_or_else(|| Unreadable {
            what: format!("{name} is missing"),
        })
    }

    /// A person's address. Its shape is checked for the reason for which that of the message's id is: a number that could grow would
    /// make a replayed message another person's.
    pub(super) fn address(&self, name: &str) -> Result<String, Unreadable> {
        let address = self.required(name)?;
        let number = address.rsplit(':').next().unwrap_or_default();
        let is_number = number.starts_with(|first: char| first == '+' || first.is_ascii_digit());
        let digits = number.strip_prefix('+').unwrap_or(number);
        let whole = digits.len() <= MAX_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && !whole {
            return Err(Unreadable {
                what: format!("{name} is not an address"),
            });
        }
        Ok(address)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.hint(name).is_some()
    }

    /// The message's id. Its shape is checked because a signature does not fix where a value ends (see `signature`):
    /// an id that could grow would make a replayed message a new one.
    pub(super) fn sid(&self) -> Result<String, Unreadable> {
        let sid = self.required("MessageSid")?;
        if is_sid(&sid, &["SM", "MM"]) {
            Ok(sid)
        } else {
            Err(Unreadable {
                what: "MessageSid is not a message id".to_owned(),
            })
        }
    }

    /// The status of a message of ours; inbound messages have one too (`received`), and a body.
    pub(super) fn outbound_status(&self) -> Result<Option<String>, Unreadable> {
        let status = match self.text("MessageStatus")? {
            Some(status) => Some(status),
            None if self.0.contains_key("Body") => None,
            None => self.text("SmsStatus")?,
        };
        Ok(status.filter(|status| !matches!(status.as_str(), "received" | "receiving")))
    }

    /// Whether this is a message, or was meant to be one: then what it lacks makes it unreadable instead of ignored.
    pub(super) fn is_message(&self) -> bool {
        const FOREIGN: [&str; 2] = ["CallSid", "ConversationSid"];
        const OURS: [&str; 6] = [
            "MessageSid",
            "SmsSid",
            "SmsMessageSid",
            "SmsStatus",
            "NumMedia",
            "Body",
        ];
        if FOREIGN.iter().any(|mark| self.has(mark)) {
            return self.sid().is_ok();
        }
        self.0.is_empty() || OURS.iter().any(|mark| self.0.contains_key(*mark))
    }

    /// The name of a callback that is no message of this product.
    pub(super) fn kind(&self) -> String {
        match self.hint("EventType") {
            Some(event) => format!("EventType={}", plain_word(&event)),
            None if self.has("CallSid") => "call".to_owned(),
            None => "other".to_owned(),
        }
    }

    pub(super) fn as_json(&self) -> Value {
        let fields = self.0.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value).into_owned();
            (name.clone(), Value::String(value))
        });
        Value::Object(fields.collect())
    }
}
