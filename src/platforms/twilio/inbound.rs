//! Inbound messages and status callbacks.
//! <https://www.twilio.com/docs/messaging/guides/webhook-request>,
//! <https://www.twilio.com/docs/messaging/guides/track-outbound-message-status>

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{JSON, form, is_e164, is_sid};
use crate::http::Method;
use crate::message::{ConsumerEvent, Content, EventKind, Profile, ReceiptStatus, Signal};
use crate::platforms::{Callback, Ignored, Parsed, Unreadable};

/// More files than Twilio sends with one message (ten).
const MAX_FILES: usize = 20;
/// More digits than any number or id of a person has.
const MAX_DIGITS: usize = 24;

pub(super) fn parse(callback: &Callback<'_>) -> Result<Parsed, Unreadable> {
    let fields = Fields::read(callback)?;
    if let Some(status) = fields.outbound_status()? {
        return read_status(&fields, &status);
    }
    if !fields.is_message() {
        let kind = fields.kind();
        return Ok(Parsed {
            events: Vec::new(),
            ignored: vec![Ignored { kind }],
        });
    }
    let id = fields.sid()?;
    let consumer = fields.address("From")?;
    let profile = Profile {
        name: fields.hint("ProfileName"),
        phone: phone(&consumer),
        ..Profile::default()
    };
    let content = read_content(&fields)?;
    Ok(Parsed {
        events: vec![ConsumerEvent {
            consumer,
            profile,
            handle: None,
            event: EventKind::Message {
                id,
                content,
                sent_at: None,
            },
        }],
        ignored: Vec::new(),
    })
}

/// A receipt, or a step on the way to one. Receipts come in any order and some never come.
fn read_status(fields: &Fields, status: &str) -> Result<Parsed, Unreadable> {
    let receipt = match status {
        "delivered" => ReceiptStatus::Delivered,
        "read" => ReceiptStatus::Read,
        "failed" | "undelivered" => ReceiptStatus::Failed,
        _ => {
            let kind = format!("MessageStatus={}", word(status));
            return Ok(Parsed {
                events: Vec::new(),
                ignored: vec![Ignored { kind }],
            });
        }
    };
    let signal = Signal::Receipt {
        remote_id: fields.sid()?,
        status: receipt,
        code: None,
    };
    Ok(Parsed {
        events: vec![ConsumerEvent {
            consumer: fields.address("To")?,
            profile: Profile::default(),
            handle: None,
            event: EventKind::Signal(signal),
        }],
        ignored: Vec::new(),
    })
}

/// The text, then one line for each part that this release has no model for: nothing is dropped silently.
fn read_content(fields: &Fields) -> Result<Content, Unreadable> {
    let mut lines = Vec::new();
    if let Some(body) = fields.text("Body")? {
        lines.push(body);
    } else if let Some(title) = fields.text("ButtonText")? {
        lines.push(title);
    } else if let Some(payload) = fields.text("ButtonPayload")? {
        lines.push(format!("[button: {payload}]"));
    }
    lines.extend(location(fields)?);
    lines.extend(files(fields));
    if !lines.is_empty() {
        let text = lines.join("\n");
        return Ok(Content::Text { text });
    }
    let name = ["FlowData", "InteractiveData"]
        .into_iter()
        .find(|name| fields.has(name))
        .unwrap_or("empty message");
    Ok(Content::Unsupported {
        name: name.to_owned(),
        raw: fields.as_json(),
    })
}

/// `Label, Address (latitude, longitude)`.
fn location(fields: &Fields) -> Result<Option<String>, Unreadable> {
    let (Some(latitude), Some(longitude)) = (fields.text("Latitude")?, fields.text("Longitude")?)
    else {
        return Ok(None);
    };
    let place: Vec<String> = [fields.text("Label")?, fields.text("Address")?]
        .into_iter()
        .flatten()
        .collect();
    let position = format!("({latitude}, {longitude})");
    Ok(Some(if place.is_empty() {
        format!("[location] {position}")
    } else {
        format!("{} {position}", place.join(", "))
    }))
}

/// One line for each file. Its URL is left out: it opens with our credentials only.
fn files(fields: &Fields) -> Vec<String> {
    let announced = fields
        .hint("NumMedia")
        .and_then(|count| count.parse::<usize>().ok())
        .unwrap_or(0);
    let present = (0..MAX_FILES)
        .take_while(|index| fields.has(&format!("MediaUrl{index}")))
        .count();
    let count = announced.max(present);
    let mut lines: Vec<String> = (0..count.min(MAX_FILES))
        .map(|index| file(fields.hint(&format!("MediaContentType{index}")).as_deref()))
        .collect();
    if count > MAX_FILES {
        lines.push(format!("[{} more files]", count - MAX_FILES));
    }
    lines
}

fn file(media_type: Option<&str>) -> String {
    let media_type = media_type
        .and_then(|text| text.split(';').next())
        .map(|text| text.trim().to_ascii_lowercase())
        .filter(|text| {
            text.len() <= 100
                && text.contains('/')
                && text
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"/.+-_".contains(&b))
        });
    let Some(media_type) = media_type else {
        return "[file]".to_owned();
    };
    let what = match media_type.split('/').next() {
        Some("image") => "picture",
        Some("audio") => "audio",
        Some("video") => "video",
        _ => "file",
    };
    format!("[{what}: {media_type}]")
}

/// The telephone number in an address, if it is one: WhatsApp addresses may hold a business-scoped id instead.
fn phone(address: &str) -> Option<String> {
    let number = address.rsplit(':').next().unwrap_or_default();
    is_e164(number).then(|| number.to_owned())
}

/// A word of Twilio's vocabulary, safe to count and to log.
fn word(text: &str) -> &str {
    let plain = !text.is_empty()
        && text.len() <= 40
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    if plain { text } else { "other" }
}

/// The parameters of a callback; of a repeated one the first.
struct Fields(BTreeMap<String, Vec<u8>>);

impl Fields {
    fn read(callback: &Callback<'_>) -> Result<Self, Unreadable> {
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
    fn text(&self, name: &str) -> Result<Option<String>, Unreadable> {
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
    fn hint(&self, name: &str) -> Option<String> {
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
    fn address(&self, name: &str) -> Result<String, Unreadable> {
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

    fn has(&self, name: &str) -> bool {
        self.hint(name).is_some()
    }

    /// The message's id. Its shape is checked because a signature does not fix where a value ends (see `signature`):
    /// an id that could grow would make a replayed message a new one.
    fn sid(&self) -> Result<String, Unreadable> {
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
    fn outbound_status(&self) -> Result<Option<String>, Unreadable> {
        let status = match self.text("MessageStatus")? {
            Some(status) => Some(status),
            None if self.0.contains_key("Body") => None,
            None => self.text("SmsStatus")?,
        };
        Ok(status.filter(|status| !matches!(status.as_str(), "received" | "receiving")))
    }

    /// Whether this is a message, or was meant to be one: then what it lacks makes it unreadable instead of ignored.
    fn is_message(&self) -> bool {
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
    fn kind(&self) -> String {
        match self.hint("EventType") {
            Some(event) => format!("EventType={}", word(&event)),
            None if self.has("CallSid") => "call".to_owned(),
            None => "other".to_owned(),
        }
    }

    fn as_json(&self) -> Value {
        let fields = self.0.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value).into_owned();
            (name.clone(), Value::String(value))
        });
        Value::Object(fields.collect())
    }
}
