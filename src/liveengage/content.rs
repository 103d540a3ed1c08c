//! What a LiveEngage event carries, in the connector's model.
//! <https://developers.liveperson.com/connector-api-webhooks-events.html>

mod files;

use serde_json::Value;

use super::json::{many, text, word};
use super::notification::{DialogEvent, EventBody, Standing};
use crate::message::Content;
use crate::nesting::is_deep;

/// The content of an event from LiveEngage. What this release has no model for is kept whole, and so is a file that nobody could
/// fetch.
pub fn content_of(event: &DialogEvent) -> Content {
    match &event.body {
        EventBody::Text { text, extra } => match quick_replies(extra.as_ref()) {
            None => Content::Text { text: text.clone() },
            quick_replies => Content::Structured {
                text: Some(text.clone()).filter(|text| !text.trim().is_empty()),
                content: None,
                quick_replies,
                metadata: event.metadata.clone(),
            },
        },
        EventBody::Content { content_type, raw } => {
            typed(event, content_type, raw).unwrap_or_else(|| unsupported(content_type, raw))
        }
        EventBody::Rich { raw } => {
            rich(event, raw).unwrap_or_else(|| unsupported("RichContentEvent", raw))
        }
        EventBody::Other { name, raw } => unsupported(name, raw),
        EventBody::Accept { .. } | EventBody::ChatState { .. } => {
            unsupported("signal", &Value::Null)
        }
    }
}

/// The name is logged, so it is no more than a word.
fn unsupported(name: &str, raw: &Value) -> Content {
    Content::Unsupported {
        name: word(name),
        raw: raw.clone(),
    }
}

/// `content` is the field of the protocol; an older schema calls it `message`.
fn rich(event: &DialogEvent, raw: &Value) -> Option<Content> {
    let content = tree(raw.get("content")).or_else(|| tree(raw.get("message")));
    let quick_replies = quick_replies(Some(raw));
    if content.is_none() && quick_replies.is_none() {
        return None;
    }
    Some(Content::Structured {
        text: None,
        content,
        quick_replies,
        metadata: event.metadata.clone(),
    })
}

/// Content of a type other than plain text. `None` where the type or the shape of its message is unknown.
fn typed(event: &DialogEvent, content_type: &str, raw: &Value) -> Option<Content> {
    let essence = content_type.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    let [message] = many(raw.get("message")) else {
        return None;
    };
    let file = match essence.as_str() {
        "hosted/file" => files::hosted(message),
        "forms/secure-invitation" => return form(message),
        // Only the consumer submits a form. From anybody else it would be an invitation that leads nowhere.
        "forms/secure-submission" if event.standing(None) == Standing::Echo => {
            return form(message);
        }
        "forms/secure-submission" => None,
        named if named == "external/file" || named.contains("/external") => {
            files::external(message).or_else(|| files::at_address(message.as_str()?))
        }
        _ => files::external(message),
    };
    Some(Content::File { file: file? })
}

fn form(message: &Value) -> Option<Content> {
    message.is_object().then(|| Content::SecureForm {
        title: text(message.get("title")).filter(|title| !title.trim().is_empty()),
        form: message.clone(),
    })
}

/// The quick replies below a message, as they came. Some come with none to choose from.
fn quick_replies(fields: Option<&Value>) -> Option<Value> {
    tree(fields?.get("quickReplies")).filter(|found| match found {
        Value::Object(fields) => match fields.get("replies") {
            Some(replies) => !many(Some(replies)).is_empty(),
            None => !fields.is_empty(),
        },
        Value::Array(replies) => !replies.is_empty(),
        _ => false,
    })
}

/// A tree of elements. It may come as JSON in a text; a text that is none is kept as it is.
fn tree(value: Option<&Value>) -> Option<Value> {
    match value? {
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => {
            let parsed = serde_json::from_str(text).ok();
            let tree = parsed
                .filter(|parsed: &Value| parsed.is_object() || parsed.is_array())
                // Stored within other JSON it could not be read again.
                .filter(|parsed| !is_deep(parsed));
            tree.or_else(|| Some(Value::String(text.clone())))
        }
        tree @ (Value::Object(_) | Value::Array(_)) => Some(tree.clone()),
        _ => None,
    }
}
