//! Phones that send SMS, as `/control/phones` shows them: the people of [`super::Twilio`] without a prefix.

use serde_json::{Value, json};

use super::Twilio;
use crate::people::{Direction, Message, Person};
use crate::sim::World;

fn message(message: &Message) -> Value {
    let sent = message.direction == Direction::Sent;
    let state = if message.at_desk {
        "at_desk"
    } else {
        message.state
    };
    json!({
        "direction": if sent { "sent" } else { "received" }, "text": message.text,
        "sid": message.id, "at": message.at, "state": state, "status": message.status,
        "attempts": message.attempts, "kind": message.kind, "picture": message.picture,
        "file": message.file, "cards": message.cards, "receipts": message.receipts,
    })
}

fn phone(number: &str, person: &Person) -> Value {
    let messages: Vec<Value> = person.messages.iter().map(message).collect();
    let opted_out = has_opted_out(person);
    json!({ "number": number, "opted_out": opted_out, "messages": messages })
}

pub(super) fn has_opted_out(person: &Person) -> bool {
    person.more.get("opted_out") == Some(&json!(true))
}

/// Adds a phone, or changes whether it has opted out.
pub(crate) fn set(world: &mut World, number: &str, opted_out: Option<bool>) {
    let person = world.people.of(&Twilio).person(number);
    if let Some(out) = opted_out {
        person.more.insert("opted_out".to_owned(), json!(out));
    }
}

pub(crate) fn show(world: &mut World, number: &str) -> Option<Value> {
    let people = &world.people.of(&Twilio).people;
    people.get(number).map(|person| phone(number, person))
}

pub(crate) fn show_all(world: &mut World) -> Vec<Value> {
    let people = world.people.of(&Twilio).people.iter();
    let phones = people.filter(|(number, _)| super::is_e164(number));
    phones
        .map(|(number, person)| phone(number, person))
        .collect()
}

/// Whether a message has this sid.
pub(crate) fn is_taken(world: &mut World, sid: &str) -> bool {
    world.people.of(&Twilio).message(sid).is_some()
}
