//! Callbacks: entries of pages or accounts, each with events of several people.

use serde_json::{Map, Value};

use super::Inbox;
use super::events::{Read, read};
use crate::message::{ConsumerEvent, EventKind};
use crate::nesting::is_deep;
use crate::platforms::meta::envelope::{entries, list};
use crate::platforms::reading::{dead_letter, identifier, plain_word, unreadable};
use crate::platforms::{Ignored, Parsed, Unreadable};

pub(super) fn parse(inbox: &Inbox, body: &[u8]) -> Result<Parsed, Unreadable> {
    let mut parsed = Parsed::default();
    for entry in entries(body, &mut parsed)? {
        let id = entry.get("id").and_then(identifier);
        if id.as_deref() != Some(&*inbox.account_id) {
            ignore(&mut parsed, inbox.network.of_another());
            continue;
        }
        read_entry(inbox, &entry, &mut parsed);
    }
    Ok(parsed)
}

fn read_entry(inbox: &Inbox, entry: &Map<String, Value>, parsed: &mut Parsed) {
    for event in list(entry, "messaging") {
        take(inbox, event, parsed);
    }
    // Another app has the conversation: what is said is said to that one, and nobody else could answer.
    // <https://developers.facebook.com/docs/messenger-platform/handover-protocol/>
    for _ in list(entry, "standby") {
        ignore(parsed, "standby");
    }
    for change in list(entry, "changes") {
        let value = change.get("value").filter(|value| is_event(value));
        match value {
            // Instagram's way to say the same, as in the callbacks that its settings send for a test.
            Some(event) => take(inbox, event, parsed),
            None => {
                let field = change.get("field").and_then(Value::as_str);
                let word = plain_word(field.unwrap_or_default());
                ignore(parsed, &format!("field={word}"));
            }
        }
    }
    let known = ["messaging", "standby", "changes"];
    if known.iter().all(|name| list(entry, name).is_empty()) {
        ignore(parsed, "entry");
    }
}

fn is_event(value: &Value) -> bool {
    value.get("sender").is_some() && value.get("recipient").is_some()
}

/// One event; what cannot be read of it becomes a dead letter of its person's.
fn take(inbox: &Inbox, event: &Value, parsed: &mut Parsed) {
    let whole = match is_deep(event) {
        true => Err(unreadable("nested too deeply")),
        false => read(inbox, event),
    };
    match whole {
        Ok(Read::Ignored(kind)) => ignore(parsed, &kind),
        Ok(Read::Said {
            person,
            sent_at,
            contents,
        }) => {
            let events = contents.into_iter().map(|(id, content)| {
                ConsumerEvent::new(
                    &*person,
                    EventKind::Message {
                        id,
                        content,
                        sent_at,
                    },
                )
            });
            parsed.events.extend(events);
        }
        Ok(Read::Signals { person, signals }) => {
            let events = signals
                .into_iter()
                .map(|signal| ConsumerEvent::new(&*person, EventKind::Signal(signal)));
            parsed.events.extend(events);
        }
        Err(fault) => {
            let sender = event.get("sender").and_then(|sender| sender.get("id"));
            let sender = sender
                .and_then(identifier)
                .filter(|id| *id != inbox.account_id);
            parsed
                .events
                .push(dead_letter(sender.as_deref(), event, fault));
        }
    }
}

fn ignore(parsed: &mut Parsed, kind: &str) {
    let kind = kind.to_owned();
    parsed.ignored.push(Ignored { kind });
}
