//! Events from the app: what the person says and does. `docs/gateway.schema.json` describes them.
//!
//! An event that is of a known type and cannot be read becomes a dead letter of that person's, and those beside it go on.

use serde_json::{Map, Value};

use super::contract::STATES;
use super::place::WebAddress;
use crate::message::{
    Command, ConsumerEvent, Content, EventKind, File, FilePlace, Location, Profile, ReceiptStatus,
    ResponseTarget, Signal,
};
use crate::nesting::is_deep;
use crate::platforms::reading::{
    dead_letter, degrees, hint, identifier, plain_word, required_id, required_text, unreadable,
    whole_number,
};
use crate::platforms::{Ignored, Parsed, Unreadable};

pub(super) fn parse(body: &[u8], file_hosts: &[String]) -> Result<Parsed, Unreadable> {
    let body: Value =
        serde_json::from_slice(body).map_err(|_| unreadable("the body is not JSON"))?;
    let events = match &body {
        Value::Array(events) => events.iter().collect(),
        Value::Object(fields) => match fields.get("events") {
            Some(Value::Array(events)) => events.iter().collect(),
            Some(event @ Value::Object(_)) => vec![event],
            Some(Value::Null) | None => vec![&body],
            Some(_) => return Err(unreadable("events is not a list")),
        },
        _ => return Err(unreadable("the body is not a JSON object")),
    };
    let alone = events.len() == 1;
    let mut parsed = Parsed::default();
    for event in events {
        let mut reader = Reader {
            file_hosts,
            ignored: Vec::new(),
        };
        match reader.event(event) {
            Ok(Some(event)) => parsed.events.push(event),
            Ok(None) => {}
            Err(unreadable) => {
                let from = event.get("from").and_then(identifier);
                if alone && from.is_none() {
                    return Err(unreadable);
                }
                parsed
                    .events
                    .push(dead_letter(from.as_deref(), event, unreadable));
            }
        }
        parsed.ignored.extend(reader.ignored);
    }
    Ok(parsed)
}

/// Reads one event, and notes what of it concerns nobody.
struct Reader<'a> {
    file_hosts: &'a [String],
    ignored: Vec<Ignored>,
}

impl Reader<'_> {
    fn ignore(&mut self, what: &str, word: &str) {
        let kind = format!("{what}={}", plain_word(word));
        self.ignored.push(Ignored { kind });
    }

    fn event(&mut self, event: &Value) -> Result<Option<ConsumerEvent>, Unreadable> {
        if is_deep(event) {
            return Err(unreadable("nested too deeply"));
        }
        let event = event
            .as_object()
            .ok_or_else(|| unreadable("the event is not an object"))?;
        let kind = word(event, "type")?;
        let event_kind = match kind.as_str() {
            "message" => {
                let content = self.content(event)?;
                said(event, content)?
            }
            "typing" => match self.typing(event)? {
                Some(signal) => EventKind::Signal(signal),
                None => return Ok(None),
            },
            "receipt" => match self.receipt(event)? {
                Some(signal) => EventKind::Signal(signal),
                None => return Ok(None),
            },
            "close" | "stop_survey" | "response_target" | "profile" => {
                let command = command(&kind, event)?;
                said(event, Content::Command { command })?
            }
            _ => {
                self.ignore("type", &kind);
                return Ok(None);
            }
        };
        let profile = profile(event);
        if kind == "profile" && profile == Profile::default() {
            return Err(unreadable("profile has nothing that can be read"));
        }
        Ok(Some(ConsumerEvent {
            consumer: required_id(event, "from")?,
            profile,
            handle: None,
            event: event_kind,
        }))
    }

    fn typing(&mut self, event: &Map<String, Value>) -> Result<Option<Signal>, Unreadable> {
        let state = word(event, "state")?;
        let known = STATES
            .into_iter()
            .find(|(name, theirs)| state == *name || state.eq_ignore_ascii_case(theirs));
        if known.is_none() {
            self.ignore("typing", &state);
        }
        Ok(known.map(|(_, state)| Signal::ChatState {
            state: state.to_owned(),
        }))
    }

    fn receipt(&mut self, event: &Map<String, Value>) -> Result<Option<Signal>, Unreadable> {
        let remote_id = required_id(event, "message")?;
        let status = word(event, "status")?;
        let status = match status.as_str() {
            "delivered" => ReceiptStatus::Delivered,
            "read" => ReceiptStatus::Read,
            "failed" => ReceiptStatus::Failed,
            "accessed" => ReceiptStatus::Accessed,
            _ => {
                self.ignore("receipt", &status);
                return Ok(None);
            }
        };
        Ok(Some(Signal::Receipt {
            remote_id,
            status,
            code: None,
        }))
    }

    fn content(&self, event: &Map<String, Value>) -> Result<Content, Unreadable> {
        let content = event
            .get("content")
            .and_then(Value::as_object)
            .ok_or_else(|| unreadable("content is not an object"))?;
        let kind = word(content, "type")?;
        match kind.as_str() {
            "text" => Ok(Content::Text {
                text: required_text(content, "text")?,
            }),
            "choice" => Ok(Content::Choice {
                text: required_text(content, "text")?,
                reference: content.get("reference").and_then(identifier),
                metadata: Vec::new(),
                offered_in: None,
            }),
            "file" => Ok(Content::File {
                file: self.file(content)?,
            }),
            "location" => Ok(Content::Location {
                location: Location {
                    latitude: degrees(content, "latitude", 90.0)?,
                    longitude: degrees(content, "longitude", 180.0)?,
                    name: hint(content, "name"),
                    address: hint(content, "address"),
                },
            }),
            _ => Ok(Content::Unsupported {
                name: plain_word(&kind).to_owned(),
                raw: Value::Object(content.clone()),
            }),
        }
    }

    fn file(&self, content: &Map<String, Value>) -> Result<File, Unreadable> {
        let url = required_text(content, "url")?.trim().to_owned();
        let address = WebAddress::parse(&url)
            .ok_or_else(|| unreadable("url is not a web address without name and password"))?;
        let (at, link) = if address.is_at(self.file_hosts) {
            let reference = url.clone();
            (FilePlace::Platform { reference }, Some(url))
        } else {
            (FilePlace::Url { url }, None)
        };
        Ok(File {
            at,
            link,
            name: hint(content, "name"),
            media_type: hint(content, "media_type"),
            size: content.get("size").and_then(whole_number),
            caption: hint(content, "caption"),
        })
    }
}

/// A profile is never the reason that a message fails.
fn profile(event: &Map<String, Value>) -> Profile {
    let profile = event.get("profile").filter(|profile| profile.is_object());
    serde_json::from_value(profile.cloned().unwrap_or_default()).unwrap_or_default()
}

fn said(event: &Map<String, Value>, content: Content) -> Result<EventKind, Unreadable> {
    Ok(EventKind::Message {
        id: required_id(event, "id")?,
        content,
        sent_at: event.get("timestamp").and_then(whole_number),
    })
}

fn command(kind: &str, event: &Map<String, Value>) -> Result<Command, Unreadable> {
    Ok(match kind {
        "close" => Command::Close {
            survey: match event.get("survey") {
                None | Some(Value::Null) => true,
                Some(Value::Bool(survey)) => *survey,
                Some(Value::String(text)) if text == "true" || text == "false" => text == "true",
                Some(_) => return Err(unreadable("survey is neither true nor false")),
            },
        },
        "stop_survey" => Command::StopSurvey,
        "profile" => Command::UpdateProfile,
        _ => Command::ResponseTarget {
            target: match word(event, "target")?.as_str() {
                "normal" => ResponseTarget::Normal,
                "prioritized" => ResponseTarget::Prioritized,
                "urgent" => ResponseTarget::Urgent,
                _ => return Err(unreadable("target is none of normal, prioritized, urgent")),
            },
            seconds: event.get("seconds").and_then(whole_number),
        },
    })
}

/// A word of the contract, in lower case.
fn word(fields: &Map<String, Value>, name: &str) -> Result<String, Unreadable> {
    let text = required_text(fields, name)?;
    Ok(text.trim().to_ascii_lowercase())
}
