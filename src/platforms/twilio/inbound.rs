//! Inbound messages and status callbacks.
//! <https://www.twilio.com/docs/messaging/guides/webhook-request>,
//! <https://www.twilio.com/docs/messaging/guides/track-outbound-message-status>

use super::fields::Fields;
use super::outbound::REFERENCE;
use super::{files, form, is_e164};
use crate::message::{
    ConsumerEvent, Content, EventKind, Location, Profile, ReceiptStatus, Reference, Signal,
};
use crate::platforms::reading::plain_word;
use crate::platforms::{Callback, Ignored, Parsed, Unreadable};

/// More files than Twilio sends with one message (ten).
const MAX_FILES: usize = 20;

pub(super) fn parse(callback: &Callback<'_>) -> Result<Parsed, Unreadable> {
    let fields = Fields::read(callback)?;
    if let Some(status) = fields.outbound_status()? {
        return read_status(callback, &fields, &status);
    }
    if !fields.is_message() {
        return Ok(ignored(fields.kind()));
    }
    let id = fields.sid()?;
    let consumer = fields.address("From")?;
    let profile = Profile {
        name: fields.hint("ProfileName"),
        phone: phone(&consumer),
        ..Profile::default()
    };
    let events = contents(&fields)?
        .into_iter()
        .enumerate()
        .map(|(index, content)| ConsumerEvent {
            consumer: consumer.clone(),
            profile: profile.clone(),
            handle: None,
            event: EventKind::Message {
                id: event_id(&id, index),
                content,
                sent_at: None,
            },
        });
    Ok(Parsed {
        events: events.collect(),
        ignored: Vec::new(),
    })
}

/// The first event of a message has the message's id; those behind it have their number in addition.
fn event_id(id: &str, index: usize) -> String {
    match index {
        0 => id.to_owned(),
        _ => format!("{id}.{index}"),
    }
}

fn ignored(kind: String) -> Parsed {
    Parsed {
        events: Vec::new(),
        ignored: vec![Ignored { kind }],
    }
}

/// A receipt, or a step on the way to one. Receipts come in any order and some never come.
fn read_status(
    callback: &Callback<'_>,
    fields: &Fields,
    status: &str,
) -> Result<Parsed, Unreadable> {
    let receipt = match status {
        "delivered" => Some(ReceiptStatus::Delivered),
        "read" => Some(ReceiptStatus::Read),
        "failed" | "undelivered" => Some(ReceiptStatus::Failed),
        _ => None,
    };
    let on_its_way = matches!(status, "accepted" | "queued" | "sending" | "sent");
    let reference = reference(callback).filter(|_| receipt.is_some() || on_its_way);
    if receipt.is_none() && reference.is_none() {
        return Ok(ignored(format!("MessageStatus={}", plain_word(status))));
    }
    let remote_id = fields.sid()?;
    let consumer = fields.address("To")?;
    let taken = reference.map(|reference| Signal::Taken {
        reference,
        remote_id: remote_id.clone(),
    });
    let receipt = receipt.map(|status| Signal::Receipt {
        remote_id,
        status,
        code: error_code(fields).filter(|_| status == ReceiptStatus::Failed),
    });
    let signals = taken.into_iter().chain(receipt).map(EventKind::Signal);
    let events = signals.map(|signal| ConsumerEvent::new(consumer.clone(), signal));
    Ok(Parsed {
        events: events.collect(),
        ignored: Vec::new(),
    })
}

/// What the request carried that this is about.
fn reference(callback: &Callback<'_>) -> Option<Reference> {
    let query = callback.query?.as_bytes();
    let named = |(name, _): &(Vec<u8>, Vec<u8>)| name == REFERENCE.as_bytes();
    let (_, value) = form::pairs(query).find(named)?;
    Reference::parse(std::str::from_utf8(&value).ok()?)
}

/// Why a message failed, in Twilio's numbers.
fn error_code(fields: &Fields) -> Option<String> {
    let code = fields.hint("ErrorCode")?;
    let number: u32 = code.parse().ok()?;
    (number > 0).then(|| number.to_string())
}

/// What a message says, in order: words, files, a place. Nothing is dropped: what this release has no model for is a line.
fn contents(fields: &Fields) -> Result<Vec<Content>, Unreadable> {
    let mut contents: Vec<Content> = words(fields)?.into_iter().collect();
    add_line(&mut contents, forwarded(fields));
    add_line(&mut contents, advertisement(fields));
    contents.extend(attachments(fields));
    contents.extend(place(fields)?);
    if contents.is_empty() {
        let name = ["FlowData", "InteractiveData"]
            .into_iter()
            .find(|name| fields.has(name))
            .unwrap_or("empty message");
        contents.push(Content::Unsupported {
            name: name.to_owned(),
            raw: fields.as_json(),
        });
    }
    Ok(contents)
}

fn words(fields: &Fields) -> Result<Option<Content>, Unreadable> {
    let body = fields.text("Body")?;
    if let Some(what) = opting(fields) {
        let text = match body {
            Some(body) => format!("[{what}] {body}"),
            None => format!("[{what}]"),
        };
        return Ok(Some(Content::Aside { text }));
    }
    // How a choice of a list is told is not documented; people have seen `ListTitle` and `ListId`.
    let title = first(fields, &["Body", "ButtonText", "ListTitle"])?;
    let reference = first(fields, &["ButtonPayload", "ListId"])?;
    Ok(match (title, reference) {
        (title, Some(reference)) => Some(Content::Choice {
            text: title.unwrap_or_else(|| format!("[button: {reference}]")),
            reference: Some(reference),
            metadata: Vec::new(),
            offered_in: None,
        }),
        (Some(text), None) => Some(Content::Text { text }),
        (None, None) => None,
    })
}

/// The first of these fields that is not blank.
fn first(fields: &Fields, names: &[&str]) -> Result<Option<String>, Unreadable> {
    for name in names {
        let text = fields.text(name)?;
        if text.is_some() {
            return Ok(text);
        }
    }
    Ok(None)
}

/// A keyword that Twilio itself has acted on and answered. It is nothing that an agent has to be found for.
/// <https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out>
fn opting(fields: &Fields) -> Option<&'static str> {
    match fields.hint("OptOutType")?.as_str() {
        "STOP" => Some("has opted out of messages"),
        "START" => Some("has opted in to messages again"),
        "HELP" => Some("has asked for help and was answered automatically"),
        _ => None,
    }
}

fn forwarded(fields: &Fields) -> Option<String> {
    let marked = |name: &&str| fields.hint(name).as_deref() == Some("true");
    ["Forwarded", "FrequentlyForwarded"]
        .iter()
        .any(marked)
        .then(|| "[forwarded]".to_owned())
}

/// The advertisement that the person came from.
fn advertisement(fields: &Fields) -> Option<String> {
    let told: Vec<String> = ["ReferralHeadline", "ReferralSourceUrl"]
        .into_iter()
        .filter_map(|name| fields.hint(name))
        .collect();
    if !told.is_empty() {
        return Some(format!("[came from an ad: {}]", told.join(" ")));
    }
    ["ReferralSourceId", "ReferralCtwaClid"]
        .into_iter()
        .any(|name| fields.has(name))
        .then(|| "[came from an ad]".to_owned())
}

/// Puts a line below the text, or into a text of its own where there is none.
fn add_line(contents: &mut Vec<Content>, line: Option<String>) {
    let Some(line) = line else {
        return;
    };
    match contents.last_mut() {
        Some(Content::Text { text }) => {
            text.push('\n');
            text.push_str(&line);
        }
        _ => contents.push(Content::Text { text: line }),
    }
}

fn attachments(fields: &Fields) -> Vec<Content> {
    let announced = fields
        .hint("NumMedia")
        .and_then(|count| count.parse::<usize>().ok())
        .unwrap_or(0);
    let url = |index: usize| fields.hint(&format!("MediaUrl{index}"));
    let present = (0..MAX_FILES)
        .take_while(|index| url(*index).is_some())
        .count();
    let count = announced.max(present);
    let mut contents: Vec<Content> = (0..count.min(MAX_FILES))
        .map(|index| {
            let media_type = fields.hint(&format!("MediaContentType{index}"));
            let media_type = media_type.as_deref();
            match url(index) {
                Some(url) => Content::File {
                    file: files::file(url, media_type),
                },
                None => Content::Text {
                    text: files::line(media_type),
                },
            }
        })
        .collect();
    if count > MAX_FILES {
        let text = format!("[{} more files]", count - MAX_FILES);
        contents.push(Content::Text { text });
    }
    contents
}

fn place(fields: &Fields) -> Result<Option<Content>, Unreadable> {
    let (Some(latitude), Some(longitude)) = (fields.text("Latitude")?, fields.text("Longitude")?)
    else {
        return Ok(None);
    };
    let (name, address) = (fields.text("Label")?, fields.text("Address")?);
    let degrees = |text: &str, limit: f64| {
        let degrees: Option<f64> = text.trim().parse().ok();
        degrees.filter(|degrees| degrees.abs() <= limit)
    };
    Ok(Some(
        match (degrees(&latitude, 90.0), degrees(&longitude, 180.0)) {
            (Some(latitude), Some(longitude)) => Content::Location {
                location: Location {
                    latitude,
                    longitude,
                    name,
                    address,
                },
            },
            _ => {
                let position = format!("({latitude}, {longitude})");
                let known = [name, address, Some(position)].into_iter().flatten();
                let known: Vec<String> = known.collect();
                Content::Text {
                    text: format!("[location] {}", known.join(", ")),
                }
            }
        },
    ))
}

/// The telephone number in an address, if it is one: WhatsApp addresses may hold a business-scoped id instead.
fn phone(address: &str) -> Option<String> {
    let number = address.rsplit(':').next().unwrap_or_default();
    is_e164(number).then(|| number.to_owned())
}
