//! One event of a person: what was said, tapped, changed, taken back or seen.
//! <https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/>,
//! <https://developers.facebook.com/docs/instagram-platform/webhooks>

use serde_json::{Map, Value};

use super::Inbox;
use super::attachments;
use crate::crypto::sha256_hex;
use crate::http::Millis;
use crate::message::{Content, Offer, ReceiptStatus, Reference, Signal};
use crate::platforms::Unreadable;
use crate::platforms::fitting::{characters, cut};
use crate::platforms::meta::envelope::{list, millis};
use crate::platforms::reading::{
    MAX_ID, hint, identifier, plain_word, required_id, required_text, unreadable,
};

/// Said of a message of which Meta only says that there is one.
pub(super) const NOT_SHOWN: &str = "[a message that cannot be shown here]";
/// More than one message has.
const MAX_ATTACHMENTS: usize = 30;
/// Longer than any emoji.
const MAX_REACTION: usize = 30;

/// What an event is.
pub(super) enum Read {
    /// Nothing for a conversation; by its kind.
    Ignored(String),
    /// Something for the agent, each with its id.
    Said {
        person: String,
        sent_at: Option<Millis>,
        contents: Vec<(String, Content)>,
    },
    Signals {
        person: String,
        signals: Vec<Signal>,
    },
}

pub(super) fn read(inbox: &Inbox, event: &Value) -> Result<Read, Unreadable> {
    let event = event
        .as_object()
        .ok_or_else(|| unreadable("the event is not an object"))?;
    let of = |name: &str| event.get(name).and_then(Value::as_object);
    let person = || {
        let sender = of("sender").ok_or_else(|| unreadable("sender is missing"))?;
        required_id(sender, "id")
    };
    let said = |contents| {
        Ok(Read::Said {
            person: person()?,
            sent_at: event.get("timestamp").and_then(millis),
            contents,
        })
    };
    if let Some(echo) = of("message").filter(|message| is_set(message, "is_echo")) {
        return Ok(read_echo(inbox, event, echo));
    }
    if let Some(known) = KINDS.iter().find(|name| event.contains_key(**name)) {
        let fields = of(known).ok_or_else(|| unreadable(format!("{known} is not an object")))?;
        // Our own side reads, reacts and edits too.
        if person()? == inbox.account_id {
            return Ok(Read::Ignored("echo".to_owned()));
        }
        return match *known {
            "message" => said(message(inbox, fields)?),
            "postback" => said(vec![postback(event, fields)?]),
            "reaction" => said(vec![reaction(event, fields)?]),
            "message_edit" => said(vec![edit(fields)?]),
            _ => Ok(Read::Signals {
                person: person()?,
                signals: receipts(known, fields)?,
            }),
        };
    }
    // Opt-ins, referrals, account linking, hand-overs, ...
    let around = ["sender", "recipient", "timestamp"];
    let kind = event.keys().find(|name| !around.contains(&name.as_str()));
    match kind {
        Some(kind) => Ok(Read::Ignored(plain_word(kind).to_owned())),
        None => Err(unreadable("the event says nothing")),
    }
}

const KINDS: [&str; 6] = [
    "message",
    "postback",
    "reaction",
    "message_edit",
    "read",
    "delivery",
];

/// What was sent for the page. One of ours says under which id Meta has taken it.
fn read_echo(inbox: &Inbox, event: &Map<String, Value>, echo: &Map<String, Value>) -> Read {
    let ours = || {
        let recipient = event.get("recipient")?.get("id")?;
        let reference = Reference::parse(echo.get("metadata")?.as_str()?)?;
        Some(Read::Signals {
            person: identifier(recipient)?,
            signals: vec![Signal::Taken {
                reference,
                remote_id: identifier(echo.get("mid")?)?,
            }],
        })
    };
    let ours = inbox.abilities.recognises.then(ours).flatten();
    ours.unwrap_or_else(|| Read::Ignored(echo_of(inbox, echo).to_owned()))
}

/// Who has sent it: we, or somebody else, for example from Meta's own inbox.
fn echo_of(inbox: &Inbox, echo: &Map<String, Value>) -> &'static str {
    let app = echo.get("app_id").and_then(identifier);
    match (&inbox.app_id, app) {
        (Some(ours), Some(app)) if *ours == app => "echo",
        (Some(_), _) => "echo_elsewhere",
        (None, _) => "echo",
    }
}

fn message(
    inbox: &Inbox,
    message: &Map<String, Value>,
) -> Result<Vec<(String, Content)>, Unreadable> {
    let mid = required_id(message, "mid")?;
    if is_set(message, "is_deleted") {
        let id = derived("deleted", &[&mid]);
        return Ok(vec![(id, aside("[took a message back]"))]);
    }
    let text = message.get("text").and_then(Value::as_str);
    let text = text.filter(|text| !text.trim().is_empty());
    let mut contents = Vec::new();
    if let Some(text) = text {
        let quick_reply = message.get("quick_reply").and_then(Value::as_object);
        let payload = quick_reply.and_then(|reply| hint(reply, "payload"));
        contents.push(
            match payload.filter(|payload| Offer::is_reference(payload)) {
                Some(reference) => choice(text.to_owned(), reference),
                None => Content::Text {
                    text: match story(message) {
                        Some(line) => format!("{text}\n{line}"),
                        None => text.to_owned(),
                    },
                },
            },
        );
    }
    let attached = list(message, "attachments");
    for attachment in attached.iter().take(MAX_ATTACHMENTS) {
        contents.extend(attachments::content(inbox, attachment, text));
    }
    if attached.len() > MAX_ATTACHMENTS {
        let more = attached.len() - MAX_ATTACHMENTS;
        let text = format!("[{more} more files]");
        contents.push(Content::Text { text });
    }
    if contents.is_empty() {
        let text = NOT_SHOWN.to_owned();
        contents.push(Content::Text { text });
    }
    let ids = (0_usize..).map(|at| part_id(&mid, at));
    Ok(ids.zip(contents).collect())
}

/// Which story a text answers. Its picture may not be kept, its address may.
fn story(message: &Map<String, Value>) -> Option<String> {
    let story = message.get("reply_to")?.get("story")?.as_object()?;
    let url = hint(story, "url").filter(|url| attachments::is_link(url));
    Some(match url {
        Some(url) => format!("[about the story {url}]"),
        None => "[about a story]".to_owned(),
    })
}

/// A tapped button, an ice breaker, the start of a conversation.
fn postback(
    event: &Map<String, Value>,
    postback: &Map<String, Value>,
) -> Result<(String, Content), Unreadable> {
    let title = hint(postback, "title");
    let payload = hint(postback, "payload");
    let id = match postback.get("mid").and_then(identifier) {
        Some(mid) => mid,
        None => {
            let title = title.as_deref().unwrap_or_default();
            let payload = payload.as_deref().unwrap_or_default();
            let at = required_time(event)?.to_string();
            derived("postback", &[&sender(event), &at, title, payload])
        }
    };
    let content = match (title, payload) {
        (title, Some(reference)) if Offer::is_reference(&reference) => {
            let title = title.unwrap_or_else(|| "[tapped a button]".to_owned());
            choice(title, reference)
        }
        (Some(text), _) => Content::Text { text },
        (None, Some(payload)) => {
            let payload = cut(&payload, 200, characters);
            let text = format!("[tapped: {payload}]");
            Content::Text { text }
        }
        (None, None) => {
            let text = "[tapped a button]".to_owned();
            Content::Text { text }
        }
    };
    Ok((id, content))
}

/// `mid` is the message that is reacted to; the reaction itself has no id.
fn reaction(
    event: &Map<String, Value>,
    reaction: &Map<String, Value>,
) -> Result<(String, Content), Unreadable> {
    let mid = required_id(reaction, "mid")?;
    let action = hint(reaction, "action").unwrap_or_default();
    let sign = hint(reaction, "emoji").or_else(|| hint(reaction, "reaction"));
    let sign = sign.map(|sign| cut(&sign, MAX_REACTION, characters));
    let at = required_time(event)?.to_string();
    let id = derived("reaction", &[&mid, &sender(event), &action, &at]);
    let text = match (action.as_str(), sign) {
        ("unreact", _) => "[took a reaction back]".to_owned(),
        (_, Some(sign)) => format!("[reacted with {sign}]"),
        (_, None) => "[reacted to a message]".to_owned(),
    };
    Ok((id, aside(&text)))
}

fn edit(edit: &Map<String, Value>) -> Result<(String, Content), Unreadable> {
    let mid = required_id(edit, "mid")?;
    let text = required_text(edit, "text").ok();
    let count = edit.get("num_edit").and_then(identifier);
    // Where Meta does not count, the new text tells one edit from another.
    let which = count.or_else(|| text.clone()).unwrap_or_default();
    let line = match text {
        Some(text) => format!("[edited] {text}"),
        None => "[edited a message]".to_owned(),
    };
    Ok((derived("edit", &[&mid, &which]), aside(&line)))
}

/// Messenger names the time until which all is read or has arrived, and mostly the messages that have arrived; Instagram names one
/// message that was read.
fn receipts(kind: &str, fields: &Map<String, Value>) -> Result<Vec<Signal>, Unreadable> {
    let status = match kind {
        "read" => ReceiptStatus::Read,
        _ => ReceiptStatus::Delivered,
    };
    let named = list(fields, "mids").iter().chain(fields.get("mid"));
    let signals: Vec<Signal> = named
        .filter_map(identifier)
        .map(|remote_id| Signal::Receipt {
            remote_id,
            status,
            code: None,
        })
        .collect();
    if !signals.is_empty() {
        return Ok(signals);
    }
    let until = fields.get("watermark").and_then(millis);
    let until =
        until.ok_or_else(|| unreadable(format!("{kind} has neither a message nor a time")))?;
    Ok(vec![Signal::ReceiptUntil { until, status }])
}

fn aside(text: &str) -> Content {
    Content::Aside {
        text: text.to_owned(),
    }
}

fn choice(text: String, reference: String) -> Content {
    Content::Choice {
        text,
        reference: Some(reference),
        metadata: Vec::new(),
        offered_in: None,
    }
}

fn is_set(fields: &Map<String, Value>, name: &str) -> bool {
    fields.get(name) == Some(&Value::Bool(true))
}

fn sender(event: &Map<String, Value>) -> String {
    let id = event.get("sender").and_then(|sender| sender.get("id"));
    id.and_then(identifier).unwrap_or_default()
}

/// The time of an event without an id, which is part of what names it.
fn required_time(event: &Map<String, Value>) -> Result<Millis, Unreadable> {
    let time = event.get("timestamp").and_then(millis);
    time.ok_or_else(|| unreadable("timestamp is missing or not a time"))
}

/// The id of what has none, from what is the same whenever it comes.
fn derived(kind: &str, parts: &[&str]) -> String {
    let all = serde_json::json!(parts).to_string();
    let digest = sha256_hex(all.as_bytes());
    format!("{kind}-{}", digest.get(..40).unwrap_or(&digest))
}

/// The id of one of several parts of a message: the first has the message's own.
fn part_id(mid: &str, at: usize) -> String {
    let id = match at {
        0 => mid.to_owned(),
        _ => format!("{mid}/{at}"),
    };
    if id.len() <= MAX_ID {
        id
    } else {
        derived("part", &[&id])
    }
}
