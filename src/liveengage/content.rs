//! What a LiveEngage event carries, in the connector's model.

use serde_json::Value;

use super::notification::{DialogEvent, EventBody};
use crate::message::Content;

/// The content of an event from LiveEngage. Text stays text, with the titles of its quick replies as lines below it; what this
/// release has no model for is kept whole.
pub fn content_of(event: &DialogEvent) -> Content {
    match &event.body {
        EventBody::Text { text, extra } => Content::Text {
            text: with_quick_replies(text, extra.as_ref()),
        },
        EventBody::Content { content_type, raw } => Content::Unsupported {
            name: content_type.clone(),
            raw: raw.clone(),
        },
        EventBody::Rich { raw } => Content::Unsupported {
            name: "RichContentEvent".to_owned(),
            raw: raw.clone(),
        },
        EventBody::Other { name, raw } => Content::Unsupported {
            name: name.clone(),
            raw: raw.clone(),
        },
        EventBody::Accept { .. } | EventBody::ChatState { .. } => Content::Unsupported {
            name: "signal".to_owned(),
            raw: Value::Null,
        },
    }
}

fn with_quick_replies(text: &str, extra: Option<&Value>) -> String {
    let replies = extra
        .and_then(|extra| extra.pointer("/quickReplies/replies"))
        .and_then(Value::as_array);
    let mut lines = text.to_owned();
    for title in replies
        .into_iter()
        .flatten()
        .filter_map(|reply| reply.get("title").and_then(Value::as_str))
    {
        lines.push_str("\n- ");
        lines.push_str(title);
    }
    lines
}
