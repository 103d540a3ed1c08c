//! Callbacks: messages, statuses of ours, and what else happens to a number.
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages>
//!
//! What is of a known kind and cannot be read becomes a dead letter of that person's, and what stands beside it goes on.

use serde_json::{Map, Value};

use super::content::{self, Read};
use super::person::{Ids, Person};
use crate::crypto::sha256_hex;
use crate::message::{ConsumerEvent, Content, EventKind, ReceiptStatus, Reference, Signal};
use crate::nesting::is_deep;
use crate::platforms::meta::envelope::{entries, list, millis};
use crate::platforms::reading::{
    dead_letter, hint, identifier, plain_word, required_id, required_text, unreadable, whole_number,
};
use crate::platforms::{Ignored, Parsed, Unreadable};

/// Stands between a message's id and what is told beside the message. No id of WhatsApp's has it.
pub(super) const BESIDE: char = '#';
/// The longest id of a message, which leaves room for what stands behind it: real ones have about 60 characters.
const MAX_MESSAGE_ID: usize = 200;

pub(super) fn parse(body: &[u8], phone_number_id: &str) -> Result<Parsed, Unreadable> {
    let mut reader = Reader {
        phone_number_id,
        parsed: Parsed::default(),
    };
    for entry in entries(body, &mut reader.parsed)? {
        let changes = list(&entry, "changes");
        if changes.is_empty() {
            reader.ignore("entry=without_changes");
        }
        for change in changes {
            if let Err(unreadable) = reader.change(change) {
                reader.keep(None, change, unreadable);
            }
        }
    }
    Ok(reader.parsed)
}

type Fields = Map<String, Value>;

/// A list in a change's value: what it is called, how its elements name the person, and how one is read.
struct Part {
    name: &'static str,
    user_id: &'static str,
    number: &'static str,
    read: fn(&mut Reader<'_>, &Fields, Person) -> Result<(), Unreadable>,
}

const MESSAGES: Part = Part {
    name: "messages",
    user_id: "from_user_id",
    number: "from",
    read: |reader, message, person| reader.message(message, person),
};
const STATUSES: Part = Part {
    name: "statuses",
    user_id: "recipient_user_id",
    number: "recipient_id",
    read: |reader, status, person| reader.status(status, person),
};
const PREFERENCES: Part = Part {
    name: "user_preferences",
    user_id: "user_id",
    number: "wa_id",
    read: |reader, preference, person| reader.preference(preference, person),
};

struct Reader<'a> {
    phone_number_id: &'a str,
    parsed: Parsed,
}

impl Reader<'_> {
    fn ignore(&mut self, kind: impl Into<String>) {
        let kind = kind.into();
        self.parsed.ignored.push(Ignored { kind });
    }

    fn keep(&mut self, from: Option<&str>, event: &Value, unreadable: Unreadable) {
        let letter = dead_letter(from, event, unreadable);
        self.parsed.events.push(letter);
    }

    fn change(&mut self, change: &Value) -> Result<(), Unreadable> {
        let change = change
            .as_object()
            .ok_or_else(|| unreadable("a change is not an object"))?;
        let field = hint(change, "field").unwrap_or_default();
        let parts: &[Part] = match field.as_str() {
            "messages" => &[MESSAGES, STATUSES],
            "user_preferences" => &[PREFERENCES],
            _ => {
                self.ignore(format!("field={}", plain_word(&field)));
                return Ok(());
            }
        };
        let value = change.get("value").and_then(Value::as_object);
        let value = value.ok_or_else(|| unreadable("value is not an object"))?;
        let number = value.get("metadata").and_then(Value::as_object);
        let number = number
            .ok_or_else(|| unreadable("metadata is not an object"))
            .and_then(|metadata| required_id(metadata, "phone_number_id"))?;
        if number != self.phone_number_id {
            self.ignore("other_number");
            return Ok(());
        }
        for error in list(value, "errors") {
            let code = error.get("code").and_then(whole_number);
            self.ignore(format!("error={}", code.unwrap_or_default()));
        }
        for part in parts {
            match value.get(part.name) {
                Some(Value::Array(elements)) => {
                    for element in elements {
                        self.element(part, element, value);
                    }
                }
                None | Some(Value::Null) => {}
                Some(_) => return Err(unreadable(format!("{} is not a list", part.name))),
            }
        }
        Ok(())
    }

    fn element(&mut self, part: &Part, element: &Value, value: &Fields) {
        let Some(fields) = element.as_object() else {
            let what = format!("an element of {} is not an object", part.name);
            return self.keep(None, element, unreadable(what));
        };
        let ids = Ids::read(fields, part.user_id, part.number);
        let person = Person::find(ids, value);
        let address = person.as_ref().map(|person| person.address.clone());
        let read = match person {
            _ if is_deep(element) => Err(unreadable("nested too deeply")),
            _ if is_of_group(fields) => {
                self.ignore("group");
                Ok(())
            }
            Some(person) => (part.read)(self, fields, person),
            None => Err(unreadable(format!(
                "neither {} nor {} is an address",
                part.user_id, part.number
            ))),
        };
        if let Err(unreadable) = read {
            self.keep(address.as_deref(), element, unreadable);
        }
    }

    fn message(&mut self, message: &Fields, person: Person) -> Result<(), Unreadable> {
        let id = required_id(message, "id")?;
        if id.contains(BESIDE) || id.len() > MAX_MESSAGE_ID {
            return Err(unreadable("id is not a message id"));
        }
        let sent_at = message.get("timestamp").and_then(millis);
        let content = match content::read(message)? {
            Read::Said(content) => content,
            Read::Ignored(kind) => {
                self.ignore(kind);
                return Ok(());
            }
        };
        // Not in the text itself: what is typed may be a command or a choice.
        let beside = content::beside(message).into_iter().map(|(what, text)| {
            let id = format!("{id}{BESIDE}{what}");
            (id, Content::Aside { text })
        });
        let beside: Vec<_> = beside.collect();
        let said = std::iter::once((id, content)).chain(beside);
        let events = said.map(|(id, content)| ConsumerEvent {
            consumer: person.address.clone(),
            profile: person.profile.clone(),
            handle: None,
            event: EventKind::Message {
                id,
                content,
                sent_at,
            },
        });
        self.parsed.events.extend(events);
        Ok(())
    }

    /// What became of a message of ours. Statuses come in any order, and maybe before the answer to the send.
    fn status(&mut self, status: &Fields, person: Person) -> Result<(), Unreadable> {
        let word = required_text(status, "status")?;
        let receipt = match word.as_str() {
            "delivered" => Some(ReceiptStatus::Delivered),
            "read" => Some(ReceiptStatus::Read),
            // A voice message of ours was listened to.
            "played" => Some(ReceiptStatus::Accessed),
            "failed" => Some(ReceiptStatus::Failed),
            // On its way.
            "sent" => None,
            other => {
                self.ignore(format!("status={}", plain_word(other)));
                return Ok(());
            }
        };
        let remote_id = required_id(status, "id")?;
        let reference = status
            .get("biz_opaque_callback_data")
            .and_then(Value::as_str);
        let reference = reference.and_then(Reference::parse);
        if receipt.is_none() && reference.is_none() {
            self.ignore(format!("status={}", plain_word(&word)));
            return Ok(());
        }
        let taken = reference.map(|reference| Signal::Taken {
            reference,
            remote_id: remote_id.clone(),
        });
        let why = list(status, "errors").first();
        let receipt = receipt.map(|receipt| Signal::Receipt {
            remote_id,
            status: receipt,
            code: why.and_then(|why| identifier(why.get("code")?)),
        });
        let signals = taken.into_iter().chain(receipt).map(EventKind::Signal);
        let events = signals.map(|signal| ConsumerEvent::new(person.address.clone(), signal));
        self.parsed.events.extend(events);
        Ok(())
    }

    /// The person wants no more marketing messages, or wants them again. It has no id.
    fn preference(&mut self, preference: &Fields, person: Person) -> Result<(), Unreadable> {
        let text = match required_text(preference, "value")?.as_str() {
            "stop" => "[wants no more marketing messages]",
            "resume" | "signup" => "[wants marketing messages]",
            other => {
                self.ignore(format!("user_preferences={}", plain_word(other)));
                return Ok(());
            }
        };
        let Person { address, profile } = person;
        let element = Value::Object(preference.clone()).to_string();
        let digest = sha256_hex(format!("{address}\n{element}").as_bytes());
        self.parsed.events.push(ConsumerEvent {
            consumer: address,
            profile,
            handle: None,
            event: EventKind::Message {
                id: format!("preference-{digest}"),
                content: Content::Aside {
                    text: text.to_owned(),
                },
                sent_at: preference.get("timestamp").and_then(millis),
            },
        });
        Ok(())
    }
}

/// Groups have no conversation in LiveEngage: an answer would go to one of several people.
fn is_of_group(fields: &Fields) -> bool {
    let in_group = fields.get("group_id").is_some_and(|id| !id.is_null());
    in_group || hint(fields, "recipient_type").is_some_and(|kind| kind == "group")
}
