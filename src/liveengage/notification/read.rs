//! Reading a notification's body, liberally.

mod conversation;

use serde_json::{Map, Value};

use super::event::for_all;
use super::{Change, DialogEvent, EventBody, Unreadable};
use crate::liveengage::json::{id, many, number, text, word};
use crate::nesting::is_deep;
use conversation::conversation;

/// Every change of a body, in its order.
pub fn parse(body: &[u8]) -> Result<Vec<Change>, Unreadable> {
    let whole: Value = serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        unreadable(format!("not JSON (line {line}, column {column})"))
    })?;
    if !whole.is_object() {
        return Err(unreadable("not a JSON object"));
    }
    let name = text(whole.get("type")).unwrap_or_default();
    let read = match last_part(&name) {
        "MessagingEventNotification" => event,
        "ExConversationChangeNotification" => conversation,
        "" => by_shape,
        _ => return Ok(vec![Change::Other { name: word(&name) }]),
    };
    let changes = whole.get("body").and_then(|body| body.get("changes"));
    if changes.is_none() {
        return Err(unreadable("no changes"));
    }
    Ok(many(changes)
        .iter()
        .map(|change| {
            let read = if is_deep(change) {
                Err("nested too deeply")
            } else {
                read(change)
            };
            read.unwrap_or_else(|what| malformed(change, what))
        })
        .collect())
}

/// A change of a notification that does not say its type.
fn by_shape(change: &Value) -> Result<Change, &'static str> {
    if change.get("event").is_some() {
        event(change)
    } else if change.get("result").is_some() {
        conversation(change)
    } else {
        Err("neither event nor result")
    }
}

fn malformed(change: &Value, what: &str) -> Change {
    let raw = if is_private(change) {
        Value::Null
    } else {
        change.clone()
    };
    Change::Malformed {
        what: what.to_owned(),
        raw,
    }
}

/// Whether anything in a change is not for the consumer. The state of a conversation may contain its last message.
fn is_private(value: &Value) -> bool {
    !for_all(audience(value).as_deref())
        || match value {
            Value::Array(list) => list.iter().any(is_private),
            Value::Object(fields) => fields.values().any(is_private),
            _ => false,
        }
}

fn event(change: &Value) -> Result<Change, &'static str> {
    let event = change
        .get("event")
        .and_then(Value::as_object)
        .ok_or("no event")?;
    let conversation_id = id(change.get("conversationId"));
    let dialog_id = id(change.get("dialogId"));
    let either = || conversation_id.clone().or_else(|| dialog_id.clone());
    let originator = change.get("originatorMetadata");
    let of_originator = |field: &str| id(originator.and_then(|originator| originator.get(field)));
    Ok(Change::Event(DialogEvent {
        conversation_id: either().ok_or("neither conversation id nor dialog id")?,
        dialog_id: dialog_id.clone().or_else(either).unwrap_or_default(),
        sequence: number(change.get("sequence")),
        originator_id: id(change.get("originatorId")).or_else(|| of_originator("id")),
        role: of_originator("role"),
        audience: audience(change),
        server_timestamp: number(change.get("serverTimestamp")),
        body: event_body(event),
        metadata: change
            .get("metadata")
            .filter(|value| !value.is_null())
            .cloned(),
    }))
}

/// Anything that is there and is not a text is an audience too, one that nobody knows.
fn audience(change: &Value) -> Option<String> {
    match change.get("messageAudience")? {
        Value::Null => None,
        Value::String(audience) => Some(audience.clone()),
        other => Some(other.to_string()),
    }
}

fn event_body(event: &Map<String, Value>) -> EventBody {
    let raw = || Value::Object(event.clone());
    let name = text(event.get("type")).unwrap_or_default();
    match last_part(&name) {
        "ContentEvent" => content(event),
        "RichContentEvent" => EventBody::Rich { raw: raw() },
        "AcceptStatusEvent" => EventBody::Accept {
            status: text(event.get("status")).unwrap_or_default(),
            sequences: many(event.get("sequenceList"))
                .iter()
                .filter_map(|sequence| number(Some(sequence)))
                .collect(),
        },
        "ChatStateEvent" => EventBody::ChatState {
            state: text(event.get("chatState")).unwrap_or_default(),
        },
        "" => EventBody::Other {
            name: "unnamed event".to_owned(),
            raw: raw(),
        },
        _ => EventBody::Other { name, raw: raw() },
    }
}

/// `message` is a text or an object, depending on the content type; without a type, a text is plain text.
fn content(event: &Map<String, Value>) -> EventBody {
    let content_type = text(event.get("contentType"));
    let plain = content_type.as_deref().is_none_or(|content_type| {
        let essence = content_type.split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case("text/plain")
    });
    match text(event.get("message")).filter(|_| plain) {
        Some(text) => {
            let known = ["type", "contentType", "message"];
            let extra: Map<String, Value> = event
                .iter()
                .filter(|(field, value)| !known.contains(&field.as_str()) && !value.is_null())
                .map(|(field, value)| (field.clone(), value.clone()))
                .collect();
            EventBody::Text {
                text,
                extra: (!extra.is_empty()).then_some(Value::Object(extra)),
            }
        }
        None => EventBody::Content {
            content_type: content_type.unwrap_or_else(|| "unnamed content".to_owned()),
            raw: Value::Object(event.clone()),
        },
    }
}

/// A type's name without its prefix: the documentation does not agree with itself on `ms.` and `cqm.`.
fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn unreadable(what: impl Into<String>) -> Unreadable {
    Unreadable { what: what.into() }
}
