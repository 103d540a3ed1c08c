//! Webhook events. <https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects>
//!
//! LINE adds events, messages and fields without notice: what is not known is counted or kept, and takes nothing beside it with it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::inbound_content::{content, tapped};
use crate::crypto::sha256_hex;
use crate::message::{ConsumerEvent, Content, EventKind};
use crate::nesting::is_deep;
use crate::platforms::reading::{
    dead_letter, identifier, plain_word, required_id, required_text, unreadable, whole_number,
};
use crate::platforms::{Ignored, Parsed, Unreadable};

/// Longer than any token of LINE's (bytes).
const LONGEST_TOKEN: usize = 512;

/// What an answer needs of a message. It is stored: fields are only ever added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Handle {
    /// Good for one reply, for about a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reply: Option<String>,
    /// Marks the message as read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) read: Option<String>,
}

impl Handle {
    /// The handle as it was stored; an empty one if this release cannot read it.
    pub(super) fn of(stored: Option<&str>) -> Self {
        let read = stored.and_then(|stored| serde_json::from_str(stored).ok());
        read.unwrap_or_default()
    }

    fn to_store(&self) -> Option<String> {
        let empty = *self == Self::default();
        (!empty).then(|| serde_json::to_string(self).ok()).flatten()
    }
}

/// Events that carry nothing, as in the console's test, are fine.
pub(super) fn parse(body: &[u8]) -> Result<Parsed, Unreadable> {
    let body: Value =
        serde_json::from_slice(body).map_err(|_| unreadable("the body is not JSON"))?;
    let events = body.get("events").and_then(Value::as_array);
    let events = events.ok_or_else(|| unreadable("events is not a list"))?;
    let mut parsed = Parsed::default();
    for event in events {
        match read(event) {
            Ok(Found::Event(event)) => parsed.events.push(*event),
            Ok(Found::Ignored(kind)) => parsed.ignored.push(Ignored { kind }),
            Err(unreadable) => {
                let from = event.pointer("/source/userId").and_then(identifier);
                let letter = dead_letter(from.as_deref(), &as_at_first(event), unreadable);
                parsed.events.push(letter);
            }
        }
    }
    Ok(parsed)
}

/// What an event turns out to be.
enum Found {
    Event(Box<ConsumerEvent>),
    /// Nothing for a conversation: its kind, in a plain word.
    Ignored(String),
}

fn ignored(what: &str, word: &str) -> Found {
    Found::Ignored(format!("{what}={}", plain_word(word)))
}

fn read(event: &Value) -> Result<Found, Unreadable> {
    if is_deep(event) {
        return Err(unreadable("nested too deeply"));
    }
    let fields = event
        .as_object()
        .ok_or_else(|| unreadable("the event is not an object"))?;
    let kind = required_text(fields, "type")?;
    let known = [
        "message",
        "messageEdited",
        "postback",
        "follow",
        "unfollow",
        "unsend",
    ];
    if !known.contains(&&*kind) {
        return Ok(ignored("type", &kind));
    }
    let word = |name: &str| event.pointer(name).and_then(Value::as_str);
    // In standby another application has the chat: it answers, and this one has to be silent.
    if let Some(mode) = word("/mode").filter(|mode| *mode != "active") {
        return Ok(ignored("mode", mode));
    }
    // Groups and rooms are several people, a conversation is one.
    if let Some(source) = word("/source/type").filter(|source| *source != "user") {
        return Ok(ignored("source", source));
    }
    if word("/replyToken").is_some_and(is_of_the_console) {
        return Ok(ignored("test", &kind));
    }
    let content = match &*kind {
        "message" => Some(content(object(fields, "message")?)?),
        "messageEdited" => {
            let text = required_text(object(fields, "message")?, "text")?;
            Some(aside(&format!("[edited] {text}")))
        }
        "postback" => tapped(object(fields, "postback")?)?,
        "follow" => Some(match event.pointer("/follow/isUnblocked") {
            Some(Value::Bool(true)) => aside("[unblocked this account]"),
            _ => aside("[added this account]"),
        }),
        "unfollow" => Some(aside("[blocked this account]")),
        _ => Some(aside("[took a message back]")),
    };
    let Some(content) = content else {
        return Ok(ignored("postback", "richmenuswitch"));
    };
    let source = object(fields, "source")?;
    Ok(Found::Event(Box::new(ConsumerEvent {
        handle: handle(event).to_store(),
        ..ConsumerEvent::new(
            required_id(source, "userId")?,
            EventKind::Message {
                id: id(&kind, event)?,
                content,
                sent_at: fields.get("timestamp").and_then(whole_number),
            },
        )
    })))
}

fn object<'a>(
    fields: &'a Map<String, Value>,
    name: &str,
) -> Result<&'a Map<String, Value>, Unreadable> {
    let inner = fields.get(name).and_then(Value::as_object);
    inner.ok_or_else(|| unreadable(format!("{name} is not an object")))
}

fn aside(text: &str) -> Content {
    Content::Aside {
        text: text.to_owned(),
    }
}

/// The console's test once sent events of nobody, with tokens of one digit that cannot be replied to.
/// <https://github.com/line/line-bot-sdk-python/issues/188>
fn is_of_the_console(token: &str) -> bool {
    let only = |digit: u8| token.bytes().all(|byte| byte == digit);
    token.len() == 32 && (only(b'0') || only(b'f'))
}

/// The event's own id. Where it has none, what stays the same when it comes again.
fn id(kind: &str, event: &Value) -> Result<String, Unreadable> {
    let text = |name: &str| event.pointer(name).and_then(identifier);
    if let Some(id) = text("/webhookEventId") {
        return Ok(id);
    }
    let id = match kind {
        "message" => text("/message/id"),
        "unsend" => text("/unsend/messageId").map(|id| format!("unsend-{id}")),
        _ => {
            let hash = sha256_hex(as_at_first(event).to_string().as_bytes());
            Some(format!("event-{hash}"))
        }
    };
    id.ok_or_else(|| unreadable("it has no id"))
}

/// An event without what tells whether it is a repetition.
fn as_at_first(event: &Value) -> Value {
    let mut same = event.clone();
    if let Some(fields) = same.as_object_mut() {
        fields.remove("deliveryContext");
    }
    same
}

fn handle(event: &Value) -> Handle {
    let token = |name: &str| {
        let token = event.pointer(name)?.as_str()?;
        let usable = (1..=LONGEST_TOKEN).contains(&token.len())
            && token.bytes().all(|byte| byte.is_ascii_graphic());
        usable.then(|| token.to_owned())
    };
    Handle {
        reply: token("/replyToken"),
        read: token("/message/markAsReadToken"),
    }
}
